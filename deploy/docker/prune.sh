#!/bin/sh
# Takes out of node_modules what a container does not run: native libraries of other systems, and the files of packages that only
# development needs. Their folders stay: Deno installs a package again whose folder is missing.
#
# Usage: prune.sh NODE_MODULES PLATFORM ARCH     such as: prune.sh node_modules linux x64
set -eu
modules=$1
platform=$2
arch=$3

for libraries in "$modules"/.deno/onnxruntime-node@*/node_modules/onnxruntime-node/bin/napi-v*; do
  if [ ! -d "$libraries/$platform/$arch" ]; then
    echo "Cannot find $libraries/$platform/$arch: expected the native library of this machine" >&2
    exit 1
  fi
  find "$libraries" -mindepth 1 -maxdepth 1 -type d ! -name "$platform" -exec rm -rf {} +
  find "$libraries/$platform" -mindepth 1 -maxdepth 1 -type d ! -name "$arch" -exec rm -rf {} +
done

for package in elkjs fast-check esbuild-wasm playwright-core axe-core; do
  find "$modules/.deno/" -path "*/node_modules/$package/*" -type f ! -name package.json -delete
done
