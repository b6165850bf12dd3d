/** What the browser remembers for a person between pages; where it may not, only as long as the page. */

const PREFIX = "sm_track_widgets:";

/** What could not be stored: private windows, full disks. */
const unsaved = new Map<string, string>();

export function recall<T>(key: string, otherwise: T): T {
  try {
    const text = unsaved.get(key) ?? localStorage.getItem(PREFIX + key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function remember(key: string, value: unknown): void {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(PREFIX + key, text);
    unsaved.delete(key);
  } catch {
    unsaved.set(key, text);
  }
}
