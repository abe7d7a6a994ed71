# `just` lists what there is to do here. Nothing is only possible with just: each recipe is a command or two.

set shell := ["bash", "-euo", "pipefail", "-c"]

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

# Write the rules by which scanners for leaked secrets know the keys of each contract, or of those in `files`.
[group('develop')]
scanners *files:
    cargo run --quiet --bin scanners -- {{ files }}

# What a verification costs.
[group('develop')]
bench *options:
    cargo bench --bench verdict {{ options }}

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

# Have nginx, Caddy and Traefik ask a stack, by their files in docs/forward-auth. `.ci/run` makes .venv, and installs nginx.
[group('check')]
forward-auth:
    cargo build --bins
    .venv/bin/python .ci/forward_auth/run

# Have the middleware in clients/ judge requests of real apps, of each framework or of those named, in front of a local stack.
# `.ci/run` makes .venv, and installs npm.
[group('check')]
middleware *frameworks:
    cargo build --bins
    .venv/middleware/bin/python .ci/middleware/run {{ frameworks }}

# Hold the working tree to what an older version has written, and let both serve side by side. `.ci/run` makes .venv.
[group('check')]
upgrade *commit:
    cargo build --bins
    .venv/bin/python .ci/upgrade/run {{ commit }}

# Run a function of each kind under AWS's runtime emulator too, and compare. `.ci/run` makes .venv.
[group('check')]
emulator:
    .ci/emulator

# Licences, bans, sources and, fetched from GitHub, security advisories. Needs cargo-deny.
[group('check')]
deny:
    cargo deny check

# Compile the functions that a stack needs, and package them for deployment. Needs cargo-lambda with zig, and SAM CLI.
# `just build --parameter-overrides Contract=thefaq Architecture=x86_64`; without options it is the template's defaults.
[group('deploy')]
build *options: (compile options)
    sam build

# All binaries in one go: `sam build` then asks for each, and finds it built. cargo-lambda adds the standard library of
# what they run on to the toolchain by itself (`rustup target add`).
[private]
compile *options:
    cargo run --quiet --bin deployment -- {{ options }}

# A first deployment, of the stack `latchkey`; the options are those of `build`.
[group('deploy')]
deploy-first *options: (build options)
    sam deploy

# Try a deployed stack from outside, by its name in CloudFormation, and at a domain of your own if you name one: what the
# README promises, and what only AWS can show. It makes an organization, and locks it. `.ci/run` makes .venv.
[group('deploy')]
smoke stack="latchkey" url="":
    .venv/bin/python .ci/smoke/run {{ stack }} {{ url }}

# Deploy to a stage of samconfig.toml, `staging` or `production`. What it serves and runs on is said there.
[group('deploy')]
deploy stage: (compile "--config-env" stage)
    sam build --config-env {{ stage }}
    sam deploy --config-env {{ stage }}
