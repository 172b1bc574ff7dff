// How every gate script ends: a line per gate, what a failed one said, the counts for CI, the exit status.
import { writeFileSync } from 'node:fs'

export function finish(gates) {
  for (const gate of gates) {
    console.log(`${gate.good ? 'ok  ' : 'FAIL'} gate: ${gate.name}`)
    if (!gate.good && gate.output) console.log(gate.output)
  }
  const file = process.env.COUNTERSIGN_GATE_RESULTS
  if (file) writeFileSync(file, JSON.stringify(gates.map(({ name, good }) => ({ name, good }))))
  const failed = gates.filter((gate) => !gate.good).length
  console.log(`all gates: ${gates.length - failed} good, ${failed} bad`)
  process.exit(failed === 0 ? 0 : 1)
}
