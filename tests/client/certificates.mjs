// Certificates for nodes, by OpenSSL's own program.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

/// @param folder Where all files go.
/// @returns `certify(name, issuer)`, which makes a CA unless it has an issuer, and
///          `tls(name, ca)`, the options of a node with such a certificate.
export function certificates(folder) {
  const file = (name) => path.join(folder, name);
  writeFileSync(file("openssl.cnf"), `[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
[node]
basicConstraints = CA:FALSE
`);
  const certify = (name, issuer) => {
    const issued = issuer ? ["-CA", file(`${issuer}.pem`), "-CAkey", file(`${issuer}.key`)] : [];
    execFileSync("openssl", [
      "req", "-x509", "-config", file("openssl.cnf"), "-extensions", issuer ? "node" : "ca",
      "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
      "-subj", `/CN=${name}`, "-keyout", file(`${name}.key`), "-out", file(`${name}.pem`), ...issued,
    ], { stdio: "pipe" });
  };
  const tls = (name, ca) => [
    `--cluster.certificate=${file(`${name}.pem`)}`, `--cluster.key=${file(`${name}.key`)}`,
    `--cluster.ca=${file(`${ca}.pem`)}`,
  ];
  return { file, certify, tls };
}
