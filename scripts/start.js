// A first look without an account: makes a demo day, builds its five-minute candles, shows a table and a chart.
import { build, install, root, run } from './setup.js'

install()
build()
const mds = (...args) => run(process.execPath, [`${root}/bin/run.js`, ...args])

console.error('\n$ mds synth --date 20251005 --data-dir demo')
mds('synth', '--date', '20251005', '--data-dir', 'demo', '--force')
console.error('\n$ mds candles 20251005 --tf 5m --data-dir demo -o demo/candles_20251005_5m.parquet')
mds('candles', '20251005', '--tf', '5m', '--data-dir', 'demo', '-o', 'demo/candles_20251005_5m.parquet')
console.error('\n$ mds candles 20251005 --tf 5m --data-dir demo --symbol RELIANCE --format table --chart')
mds('candles', '20251005', '--tf', '5m', '--data-dir', 'demo', '--symbol', 'RELIANCE', '--format', 'table', '--chart', '--quiet')
console.error(`
The candles of all 320 instruments: ${root}/demo/candles_20251005_5m.parquet
Next:  node bin/run.js replay 20251005 --data-dir demo --speed 60x     watch the day go by
       node bin/run.js info 20251005 --data-dir demo                   what is in the recording
       node bin/run.js --help                                          everything else`)
