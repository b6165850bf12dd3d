// crossfilter2 with the benchmark's frame: the same filters, and counts of the same bins for the other controls.
// The page has `crossfilter` (the package's own file) and `__smtwBench`.
window.__smtwRival = (rows, moves) => {
  const { _header: header, _data: data } = window.__smtwBench.wideFrame(rows);
  const cut = 20;
  const cross = window.crossfilter(Uint32Array.from({ length: rows }, (_, i) => i));
  const dimensions = window.__smtwBench.CONTROLS.map((name) => {
    const { dtype, offset } = header.columns.find((column) => column.name === name);
    const values = dtype === "i32" ? new Int32Array(data.buffer, offset, rows) : new Float64Array(data.buffer, offset, rows);
    let low = Infinity;
    let high = -Infinity;
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const bin = dtype === "i32" ? (value) => value : (value) => Math.min(cut - 1, Math.floor(((value - low) / (high - low)) * cut));
    const dimension = cross.dimension((row) => values[row]);
    return { name, dimension, group: dimension.group(bin) };
  });
  const of = (name) => dimensions.find((one) => one.name === name);
  of("params.w0").dimension.filterFunction((value) => value >= 1);
  const times = [];
  let sum = 0;
  for (let i = 0; i < moves + 5; i += 1) {
    const low = 0.2 + (0.8 * i) / (moves + 5);
    const start = performance.now();
    of("params.n1").dimension.filterRange([low, low + 0.9]);
    for (const { group } of dimensions) for (const { value } of group.all()) sum += value;
    if (i >= 5) times.push(performance.now() - start);
  }
  return { times, sum };
};
