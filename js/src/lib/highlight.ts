/** Python source in pieces that are coloured: the rules of `charts/code_html.py`. */

export interface Piece {
  kind: "" | "comment" | "string" | "number" | "magic" | "word" | "add" | "del";
  text: string;
}

/** Longer sources stay plain. */
const AT_MOST = 60_000;
const TOKEN =
  /(?<comment>#[^\n]*)|(?<string>[rbfuRBFU]{0,2}(?:"{3}(?:\\[\s\S]|(?!"{3})[\s\S])*(?:"{3}|$(?![\s\S]))|'{3}(?:\\[\s\S]|(?!'{3})[\s\S])*(?:'{3}|$(?![\s\S]))|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?))|(?<magic>^[ \t]*[%!]{1,2}\w[^\n]*)|(?<number>\b\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?\b)|(?<word>\b[A-Za-z_]\w*\b)/gm;
const WORDS = new Set(
  (
    "False None True and as assert async await break case class continue def del elif else except finally for from " +
    "global if import in is lambda match nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

export function pythonPieces(source: string): Piece[] {
  if (source.length > AT_MOST) return [{ kind: "", text: source }];
  const pieces: Piece[] = [];
  let plain = 0;
  for (const match of source.matchAll(TOKEN)) {
    const found = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined);
    const kind = found?.[0] as Piece["kind"];
    if (kind === "word" && !WORDS.has(match[0])) continue;
    if (match.index > plain) pieces.push({ kind: "", text: source.slice(plain, match.index) });
    pieces.push({ kind, text: match[0] });
    plain = match.index + match[0].length;
  }
  if (plain < source.length) pieces.push({ kind: "", text: source.slice(plain) });
  return pieces;
}

/** A diff, line by line: what was added and taken away. */
export function diffPieces(diff: string): Piece[] {
  return diff.split("\n").map((line, i, lines) => {
    const text = i === lines.length - 1 ? line : `${line}\n`;
    if (line.startsWith("+") && !line.startsWith("+++")) return { kind: "add", text };
    if (line.startsWith("-") && !line.startsWith("---")) return { kind: "del", text };
    return { kind: line.startsWith("@@") ? "magic" : "", text };
  });
}
