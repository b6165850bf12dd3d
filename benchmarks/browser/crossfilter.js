// crossfilter2 with the benchmark's frame: the same filters, and counts of the same bins for the other controls.
// The page has `crossfilter` (the package's own file) and `__smtwBench`.
window.__smtwRival = (rows, moves) => {
  const { _header: header, _data: data } = window.__smtwBench.wideFrame(rows);
  const cut = 20;
  const cross = window.crossfilter(Array.from({ length: rows }, (_, i) => i));
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
  const { AT_ONCE, place } = window.__smtwBench;
  const times = [];
  let sum = 0;
  for (let i = 0; i < moves; i += 1) {
    const start = performance.now();
    for (let k = 0; k < AT_ONCE; k += 1) {
      const low = place(i * AT_ONCE + k);
      of("params.n1").dimension.filterRange([low, low + 0.9]);
      sum = 0;
      for (const { group } of dimensions) for (const { value } of group.all()) sum += value;
    }
    times.push((performance.now() - start) / AT_ONCE);
  }
  return { times, sum };
};
