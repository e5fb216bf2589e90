#!/bin/sh
# Stands in the place of finetune-trainer and finetune-model in a chaos run: ENGINE REAL-PROGRAM FOLDER ARGUMENTS…
# FOLDER/journal gets a line for each start and each effect, which no service reads or writes:
#   start|effect TIME-MS PID ENGINE JOB STAGE-ATTEMPT PURPOSE
# On a test host, which CHAOS_HOST names with its boot, each line ends with that name, and a training writes lines for each step and checkpoint, too:
#   step|checkpoint TIME-MS PID ENGINE JOB STAGE-ATTEMPT PURPOSE HOST NUMBER
# FOLDER/plans/JOB says what the job's engines do:
#   real      the real program does the work          record  the same, and its files become the templates of the others
#   fast      the recorded files appear, in seconds   crash   as fast, and the first training kills itself after a checkpoint
#   memory    as fast, and the first training finds no memory          refuse  as fast, and the training refuses its input
# Questions that change nothing (version, tokenize, modelfile, the first one to the base model) are not in the journal; their answers are recorded once.
engine=$1 real=$2 folder=$3; shift 3
templates=$folder/templates

job=none plan=fast
case $* in *ftjob-*)
  job=$*; job=${job#*ftjob-}; job=ftjob-${job%%[!0-9a-z]*} tries=0
  # A client whose answer was cut off learns the name of its job late.
  until [ -e "$folder/plans/$job" ]; do
    [ $((tries += 1)) -lt 1200 ] || { echo "RuntimeError: $job has no plan" >&2; exit 1; }
    sleep 0.1
  done
  read -r plan <"$folder/plans/$job" ;;
esac

note() { # WHAT [NUMBER]
  printf '%s %s %s %s %s %s %s%s%s\n' "$1" "$(date +%s%3N)" "$$" "$engine" "$job" "$stage" "$purpose" "${CHAOS_HOST:+ $CHAOS_HOST}" "${2:+ $2}" >>"$folder/journal"
}

note_on_host() { [ -z "${CHAOS_HOST-}" ] || note "$@"; } # WHAT NUMBER

keep_checkpoints() { # OUTPUT FOLDER: all of them; the trainer itself keeps the last few. Until it is ended.
  mkdir "$2"
  while sleep 0.05; do
    for made in "$1"/checkpoint-*/trainer_state.json; do
      [ -e "$made" ] || continue
      made=${made%/*}; kept=$2/${made##*/}
      [ -e "$kept" ] || { cp -r "$made" "$kept.new" && mv "$kept.new" "$kept"; }
    done
  done 2>/dev/null
}

real() { # runs it, and keeps what it said as TEMPLATE if that is wanted
  if [ "$plan" = real ]; then "$real" "$@"; return; fi
  said=$folder/templates/$purpose.new; mkdir -p "$said"
  if [ "$purpose" = train ]; then keep_checkpoints "$output" "$said/checkpoints" & keeping=$!; fi
  "$real" "$@" >"$said/stdout" 2>"$said/stderr"; code=$?
  if [ "$purpose" = train ]; then sleep 0.3; kill "$keeping"; wait "$keeping"; fi
  cat "$said/stdout"; cat "$said/stderr" >&2
  return "$code"
}

keep() { # OUTPUT: a file or folder
  if [ "$plan" = record ]; then
    [ -z "$1" ] || cp -r "$1" "$templates/$purpose.new/output"
    mv "$templates/$purpose.new" "$templates/$purpose"
  fi
}

said() {
  cat "$templates/$purpose/stdout"; cat "$templates/$purpose/stderr" >&2
}

train() { # the recorded training, a step at a time
  attempt=${stage##*-} from=$(sed -n 's/^resume_from_checkpoint:.*checkpoint-\([0-9]*\).*/\1/p' "$1"); from=${from:-0}
  if [ "$plan" = refuse ]; then echo "ValueError: this data set was planted to be refused" >&2; exit 1; fi
  if [ "$plan" = memory ] && [ "$attempt" = 1 ]; then echo "RuntimeError: DefaultCPUAllocator: can't allocate memory: you tried to allocate 9999999999 bytes" >&2; exit 1; fi
  mkdir -p "$output"
  while IFS= read -r line; do
    step=${line#*\"current_steps\": }; step=${step%%,*}
    if [ "$step" -le "$from" ]; then continue; fi
    sleep "0.$(($$ % 4 + 1))"
    printf '%s\n' "$line" >>"$output/trainer_log.jsonl"
    note_on_host step "$step"
    checkpoint=$templates/train/checkpoints/checkpoint-$step
    if [ -d "$checkpoint" ] && [ ! -e "$output/checkpoint-$step" ]; then
      mkdir "$output/checkpoint-$step"
      for file in "$checkpoint"/*; do
        case $file in */trainer_state.json) ;; *) cp -r "$file" "$output/checkpoint-$step/" ;; esac
      done
      cp "$checkpoint/trainer_state.json" "$output/checkpoint-$step/"
      note_on_host checkpoint "$step"
      if [ "$plan" = crash ] && [ "$attempt" = 1 ]; then sleep 2; kill -9 $$; fi
    fi
  done <"$templates/train/output/trainer_log.jsonl"
  for file in "$templates/train/output"/*; do
    case $file in */checkpoint-* | */trainer_log.jsonl) ;; *) cp -r "$file" "$output/" ;; esac
  done
}

fast() { # ARGUMENTS
  case $purpose in
    train) train "$2" ;;
    predict-* | perplexity-*) sleep 0.1; mkdir -p "$output"; cp -r "$templates/$purpose/output/." "$output/" ;;
    merge | gguf-* | quantize-*) sleep 0.1; cp -r "$templates/$purpose/output" "$output" ;;
  esac
}

# What it is for, where it writes, and of which attempt: read from the arguments, as the real program does.
verb=$1 output='' stage=''
case $engine-$verb in
  trainer-train)
    purpose=${2##*/}; purpose=${purpose%.yaml}
    output=$(sed -n 's/^output_dir: *//p' "$2"); output=${output#[\"\']}; output=${output%[\"\']}
    if [ "$purpose" = prompt ]; then purpose=trainer-prompt; fi
    stage=${2%/*}; stage=${stage%/questions}; stage=${stage##*/} ;;
  trainer-env) purpose=$engine-$verb${2-} ;;
  model-merge) purpose=merge output=$4 ;;
  model-gguf | model-quantize) purpose=$verb-$4 output=$3 ;;
  model-check | model-ask) purpose=${2##*/}; purpose=$verb-${purpose%.gguf} ;;
  *) purpose=$engine-$verb ;;
esac
case $verb in merge | gguf | quantize) stage=${output%/*} ;; check | ask) stage=${2%/*} ;; esac
stage=${stage##*/}

case $purpose in
  trainer-* | model-*)
    if [ -e "$templates/$purpose" ] && [ "$plan" != real ]; then
      if [ -n "$output" ]; then mkdir -p "$output" && cp -r "$templates/$purpose/output/." "$output/" || exit; fi
      said; exit 0
    fi
    if [ "$plan" != real ]; then plan=record; fi
    real "$@"; code=$?
    if [ "$code" = 0 ] && [ ! -e "$templates/$purpose" ]; then keep "$output"; fi
    exit "$code" ;;
esac

note start
case $plan in
  real | record) real "$@" || exit; keep "$output" ;;
  *) fast "$@"; said ;;
esac
note effect
