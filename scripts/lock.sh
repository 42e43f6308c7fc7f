#!/usr/bin/env bash
# Resolves the dependencies anew, for every platform and Python version, with the hash of every file.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
  .venv/bin/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
    --no-header --no-emit-package torch --no-emit-package triton --no-emit-package opencv-python-headless "$@"
}

compile pyproject.toml requirements/base.in -o requirements/base.lock
compile pyproject.toml requirements/base.in --extra dev -c requirements/base.lock -o requirements/dev.lock
compile requirements/wake.in -c requirements/base.lock -o requirements/wake.lock
compile requirements/hearing-torch.in -c requirements/dev.lock -o requirements/hearing-torch.lock
compile pyproject.toml requirements/base.in --extra gpu -c requirements/dev.lock -c requirements/hearing-torch.lock \
  -o requirements/gpu.lock

if grep -nE 'https?://|file:|find-links|index-url' requirements/*.lock; then
  echo "The locks name a host or a path." >&2
  exit 1
fi
