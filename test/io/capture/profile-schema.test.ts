import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { profileJsonSchema } from '../../../src/io/capture/profile-schema.js'

// Editors check profiles by this file; after a change of the definition: npx vitest run test/io/capture/profile-schema.test.ts -u
test('the published schema is that of the program', async () => {
  await expect(`${JSON.stringify(profileJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../../config/schema/profile.schema.json',
  )
  expect(JSON.parse(readFileSync('config/schema/profile.schema.json', 'utf8')).additionalProperties).toBe(false)
})
