declare module "*.css";
declare module "virtual:vega-chunk" {
  const gzipped: Uint8Array;
  export default gzipped;
}
