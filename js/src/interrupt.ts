/** Stop: the Jupyter server's own interrupt route, because a busy kernel answers nobody. */

export type Interrupter = () => Promise<boolean>;

interface Server {
  base: string;
  headers: Record<string, string>;
}

/**
 * A function that interrupts the kernel, or null where the page cannot reach the server's kernel route.
 *
 * Looked for before the button is shown: a Stop that does nothing is worse than none.
 */
export async function findInterrupt(kernelId: string | null | undefined): Promise<Interrupter | null> {
  const server = kernelId ? findServer() : null;
  if (!server || !kernelId) return null;
  const url = `${server.base}api/kernels/${encodeURIComponent(kernelId)}`;
  if (!(await ask(url, { headers: server.headers }))) return null;
  return () => ask(`${url}/interrupt`, { method: "POST", headers: server.headers });
}

async function ask(url: string, options: RequestInit): Promise<boolean> {
  try {
    const reply = await fetch(url, { credentials: "same-origin", cache: "no-store", ...options });
    return reply.ok;
  } catch {
    return false; // No network, or a page that forbids the request: the same as no server.
  }
}

/** Address and credentials as Jupyter front ends put them into the page. */
function findServer(): Server | null {
  const config = document.getElementById("jupyter-config-data")?.textContent;
  if (!config) return null;
  const values = parse(config);
  const base = values["baseUrl"];
  if (typeof base !== "string") return null;
  const headers: Record<string, string> = {};
  const token = values["token"];
  if (typeof token === "string" && token) headers["Authorization"] = `token ${token}`;
  const xsrf = /(?:^|;\s*)_xsrf=([^;]*)/.exec(document.cookie)?.[1];
  if (xsrf) headers["X-XSRFToken"] = decodeURIComponent(xsrf);
  return { base: new URL(base, location.href).href.replace(/\/*$/, "/"), headers };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
