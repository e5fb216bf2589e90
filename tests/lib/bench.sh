#!/usr/bin/env bash
# bench NAME --json FILE: measures in Release, side by side with a peer in the same run (root, Debian packages).
#   gguf     our HF -> GGUF converter against llama.cpp's own, from Debian sid
#   saga     jobs of seven stages that do nothing on RabbitMQ, on SQLite and on PostgreSQL, against Celery's chains of seven tasks on the same broker
#   upload   1 GB and 2,000 small files to a real sshd on loopback and through 40 ms of latency, against scp and rsync (about 20 minutes)
#   inflight 10,000 jobs in training on one control plane (about 20 minutes): memory, processor time, lateness of the looks
#   overhead a job's train stage with LLaMA-Factory on a host by SSH, against its own `train` there [--llamafactory PATH]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
name=${1-}; shift || true

build() {
  dotnet build tests/Benchmarks/Benchmarks.csproj -c Release -v q -nologo >.tmp/bench-build.log 2>&1 || { tail -20 .tmp/bench-build.log; exit 1; }
}

measure() { tests/Benchmarks/bin/Release/net10.0/FineTunePipeline.Benchmarks "$@"; }

real() { # PARTS PACKAGE…: starts them, and builds
  source tests/lib/parts.sh
  trap parts_down EXIT
  export PARTS_PACKAGES="$PARTS_PACKAGES ${*:2}"
  PARTS_WANTED=$1 parts_up "$PWD/.tmp/bench" "$PWD/.tmp/bench.log" yes
  parts_wait
  : "${FINETUNE_TEST_RABBITMQ:?the measurement needs Debian packages in place of Docker: ${FINETUNE_TEST_RABBITMQ_MISSING-a Docker engine answers here}}"
  build
}

case "$name" in
  gguf)
    source tests/lib/sid.sh
    trap sid_down EXIT
    sid_up "$PWD/.tmp/sid" llama.cpp-tools llama.cpp-tools-extra python3-torch python3-transformers python3-safetensors python3-gguf python3-sentencepiece
    build
    measure gguf --python "chroot $PWD/.tmp/sid python3" --chroot "$PWD/.tmp/sid" --converter /usr/share/doc/llama.cpp-tools/scripts/convert_hf_to_gguf.py "$@" ;;
  saga)
    real "rabbitmq postgres" python3-celery python3-sqlalchemy
    measure saga --python /usr/bin/python3 --rabbitmq "$FINETUNE_TEST_RABBITMQ" --postgres "$FINETUNE_TEST_POSTGRES" "$@" ;;
  upload)
    source tests/lib/parts.sh
    PARTS_PACKAGES="openssh-server openssh-client rsync procps"
    parts_install >.tmp/bench.log 2>&1 || { tail -20 .tmp/bench.log; exit 1; }
    build
    measure upload "$@" ;;
  inflight)
    real rabbitmq
    measure inflight --rabbitmq "$FINETUNE_TEST_RABBITMQ" "$@" ;;
  overhead)
    source tests/lib/parts.sh
    PARTS_PACKAGES="openssh-server openssh-client procps"
    parts_install >.tmp/bench.log 2>&1 || { tail -20 .tmp/bench.log; exit 1; }
    dotnet build FineTunePipeline.sln -c Debug -v q -nologo >.tmp/bench-build.log 2>&1 || { tail -20 .tmp/bench-build.log; exit 1; }
    build
    measure overhead "$@" ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
