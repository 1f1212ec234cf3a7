// SPDX-License-Identifier: Apache-2.0
// validate_problems.mjs PROGRAM FILE LEAST: validates each line of the file, a problem document that
// was seen on the wire, against the error schema of every operation in the OpenAPI document that the
// program prints. There must be at least so many documents.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [program, file, least] = process.argv.slice(2);
const document = JSON.parse(execFileSync(program, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addKeyword("components");
ajv.addSchema({ $id: "document", components: document.components }, "document");

const absolute = (node) => JSON.parse(JSON.stringify(node).replaceAll('"#/components/', '"document#/components/'));
const validators = [["Problem", ajv.compile({ $ref: "document#/components/schemas/Problem" })]];
for (const [path, methods] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const schema = operation.responses?.default?.content?.["application/problem+json"]?.schema;
    if (schema) validators.push([`${method} ${path}`, ajv.compile(absolute(schema))]);
  }
}

const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "") : [];
const rules = new Set();
let wrong = 0;
for (const line of lines) {
  const problem = JSON.parse(line);
  rules.add(problem.rule);
  for (const [name, valid] of validators) {
    if (valid(problem)) continue;
    wrong += 1;
    if (wrong <= 20) console.error(`${name}: ${ajv.errorsText(valid.errors)}: ${line}`);
  }
}
if (lines.length < Number(least)) {
  console.error(`only ${lines.length} problem documents in ${file}, where at least ${least} were expected`);
  wrong += 1;
}
if (wrong > 0) process.exit(1);
console.log(`${lines.length} problem documents of ${rules.size} rules, against ${validators.length} schemas: all valid`);
