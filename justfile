# `just` lists what there is to do here. Nothing is only possible with just: each recipe is a command or two.

set shell := ["bash", "-euo", "pipefail", "-c"]

# What functions run on, `arm64` or `x86_64`; the template's parameter Architecture.
arch := "arm64"

# Every function of the template: `--bin` for each.
functions := "sed -n 's/.*Binary: \\([a-z0-9-]*\\).*/--bin \\1/p' template.yaml"

_list:
    @just --list --unsorted

# The whole stack on this machine; `just local --help` has the options.
[group('develop')]
local *options:
    cargo run -- {{ options }}

# All tests, or those whose name contains `filter`.
[group('develop')]
test *filter:
    cargo test --workspace {{ filter }}

# Clippy, warnings are errors.
[group('develop')]
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Format all sources.
[group('develop')]
fmt:
    cargo fmt --all

# Write the OpenAPI documents anew, from what the functions say of themselves.
[group('develop')]
openapi:
    cargo build --bins
    cargo run --quiet --bin openapi

# What a verification costs.
[group('develop')]
bench *options:
    cargo bench {{ options }}

# All of CI, as it runs there.
[group('check')]
ci:
    .ci/run

# Try a stack of each contract, or of those named, with what its OpenAPI document allows and forbids. `.ci/run` makes .venv.
[group('check')]
conformance *contracts:
    cargo build --bins
    .venv/openapi/bin/python .ci/openapi/run {{ contracts }}

# Make clients of the OpenAPI documents, check their types and call stacks with them. `.ci/run` makes .venv, and installs
# Java and npm.
[group('check')]
clients *contracts:
    cargo build --bins
    .venv/clients/bin/python .ci/clients/run {{ contracts }}

# Run a function of each kind under AWS's runtime emulator too, and compare. `.ci/run` makes .venv.
[group('check')]
emulator:
    .ci/emulator

# Licences, bans, sources and, fetched from GitHub, security advisories. Needs cargo-deny.
[group('check')]
deny:
    cargo deny check

# Build every function once for `arch`, then package them for deployment. Needs cargo-lambda with zig, and SAM CLI.
[group('deploy')]
build: compile
    sam build --parameter-overrides Architecture={{ arch }}

# All binaries in one go, and not the local stack: `sam build` then asks for each, and finds it built. cargo-lambda adds
# the standard library of `arch` to the toolchain by itself (`rustup target add`).
[private]
compile:
    cargo lambda build --release {{ if arch == "x86_64" { "--x86-64" } else { "--arm64" } }} $({{ functions }})

# A first deployment, with SAM's questions.
[group('deploy')]
deploy-guided: build
    sam deploy --guided --parameter-overrides Architecture={{ arch }}

# Try a deployed stack from outside, by its name in CloudFormation: what the README promises, and what only AWS can show.
# It makes an organization, and locks it. `.ci/run` makes .venv.
[group('deploy')]
smoke stack="latchkey":
    .venv/bin/python .ci/smoke/run {{ stack }}

# Deploy to a stage of samconfig.toml, `staging` or `production`. What it runs on is decided there.
[group('deploy')]
deploy stage: compile
    sam build --config-env {{ stage }}
    sam deploy --config-env {{ stage }}
