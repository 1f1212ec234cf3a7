// SPDX-License-Identifier: Apache-2.0
// Node-RED's settings file (its documentation: "Runtime configuration"): who may sign in, and that it asks nobody
// outside of this machine.
"use strict";

const bcrypt = require(`${process.env.FLOWS_MODULES}/bcryptjs`);
const path = require("path");

module.exports = {
  uiHost: process.env.FLOWS_HOST,
  uiPort: Number(process.env.FLOWS_PORT),
  httpAdminRoot: "/editor",
  httpStatic: path.join(__dirname, "public"),
  flowFile: "flows.json",
  credentialSecret: false,
  telemetry: {enabled: false},
  editorTheme: {tours: false, projects: {enabled: false}},
  externalModules: {autoInstall: false},
  adminAuth: {
    type: "credentials",
    users: [{username: "ada", password: bcrypt.hashSync(process.env.FLOWS_PASSWORD, 4), permissions: "*"}],
  },
  functionGlobalContext: {crypto: require("crypto")},
  logging: {console: {level: "info", metrics: false, audit: false}},
};
