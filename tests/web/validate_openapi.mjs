// SPDX-License-Identifier: Apache-2.0
// validate_openapi.mjs PROGRAM [ARGUMENT …]: runs the program and validates what it prints as an
// OpenAPI document: its structure, its references, and its schemas as JSON Schema 2020-12.
import { execFileSync } from "node:child_process";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [program, ...options] = process.argv.slice(2);
const text = execFileSync(program, options, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
const problems = [];

const validator = new Validator();
const { valid, errors } = await validator.validate(JSON.parse(text));
if (!valid) {
  problems.push(...(Array.isArray(errors) ? errors.map((e) => `${e.instancePath}: ${e.message}`) : [errors]));
} else if (validator.version !== "3.1") {
  problems.push(`the version is ${validator.version}, not 3.1`);
}

const document = JSON.parse(text);
const resolve = (pointer) =>
  pointer.slice(2).split("/").reduce((at, step) => at?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], document);
const walk = (node, where) => {
  if (node === null || typeof node !== "object") return;
  if (typeof node.$ref === "string" && resolve(node.$ref) === undefined) {
    problems.push(`${where}: ${node.$ref} leads nowhere`);
  }
  for (const [key, child] of Object.entries(node)) walk(child, `${where}/${key}`);
};
walk(document, "");

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { int32: true, int64: true, uint64: true } });
addFormats(ajv);
ajv.addKeyword("components");
ajv.addSchema({ $id: "document", components: document.components }, "document");
for (const name of Object.keys(document.components.schemas)) {
  try {
    ajv.compile({ $ref: `document#/components/schemas/${name}` });
  } catch (fault) {
    problems.push(`schema ${name}: ${fault.message}`);
  }
}

// Examples are of the type that they stand beside. What an inline schema refers to is in the document.
const absolute = (node) => node === null || typeof node !== "object" ? node : Array.isArray(node) ? node.map(absolute) :
  Object.fromEntries(Object.entries(node).map(([key, child]) =>
    [key, key === "$ref" ? child.replace(/^#/, "document#") : absolute(child)]));
let examples = 0;
const check = (where, { schema, examples: given = {} }) => {
  for (const [name, { value }] of Object.entries(given)) {
    ++examples;
    const fits = ajv.compile(absolute(schema));
    if (!fits(value)) {
      problems.push(`${where}: the example "${name}" is not of its type: ` +
        fits.errors.map((error) => `${error.instancePath} ${error.message}`).join(", "));
    }
  }
};
for (const [path, methods] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const where = `${method.toUpperCase()} ${path}`;
    for (const parameter of operation.parameters ?? []) {
      if (parameter.schema) check(`${where} ${parameter.name}`, parameter);
    }
    for (const [kind, body] of [["request", operation.requestBody ?? {}], ...Object.entries(operation.responses)]) {
      for (const media of Object.values(body.content ?? {})) check(`${where} ${kind}`, media);
    }
  }
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`valid OpenAPI ${validator.version}: ${Object.keys(document.paths).length} paths, ` +
  `${Object.keys(document.components.schemas).length} schemas, ${examples} examples`);
