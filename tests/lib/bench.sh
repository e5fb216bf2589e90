#!/usr/bin/env bash
# bench gguf --json FILE: measures in Release against the real converter from Debian sid, in the same run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
name=${1-}; shift || true
[ "$name" = gguf ] || { echo "There is one benchmark: bench gguf --json FILE" >&2; exit 2; }

source tests/lib/sid.sh
trap sid_down EXIT
sid_up "$PWD/.tmp/sid" llama.cpp-tools llama.cpp-tools-extra python3-torch python3-transformers python3-safetensors python3-gguf python3-sentencepiece
dotnet build tests/Benchmarks/Benchmarks.csproj -c Release -v q -nologo >.tmp/bench-build.log 2>&1 || { tail -20 .tmp/bench-build.log; exit 1; }
tests/Benchmarks/bin/Release/net10.0/FineTunePipeline.Benchmarks gguf --python "chroot $PWD/.tmp/sid python3" --chroot "$PWD/.tmp/sid" \
  --converter /usr/share/doc/llama.cpp-tools/scripts/convert_hf_to_gguf.py "$@"
