namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>What is run on a host to find LLaMA-Factory and to look at its PyTorch.</summary>
internal static class LlamaFactoryScripts
{
    /// <summary>
    /// Prints PATH and LD_LIBRARY_PATH of a login shell, in which people install what they use, then where the tool is (nothing, if it is nowhere), then the
    /// Python that it runs on. <c>$2</c>: where it is said to be, or nothing.
    /// </summary>
    public const string Find = """
        said=$2
        paths=$("${SHELL:-sh}" -lc 'printf "\n@%s\n@%s\n" "$PATH" "$LD_LIBRARY_PATH"' </dev/null 2>/dev/null | grep '^@' | tail -n 2)
        [ -n "$paths" ] || paths=$(printf '@%s\n@%s' "$PATH" "$LD_LIBRARY_PATH")
        printf '%s\n' "$paths" | cut -c 2-
        PATH=$(printf '%s\n' "$paths" | head -n 1 | cut -c 2-)
        find_it() {
          if [ -n "$said" ]; then echo "$said"; return; fi
          command -v llamafactory-cli && return
          for d in "$HOME"/miniconda3 "$HOME"/anaconda3 /root/miniconda3 /opt/conda /opt/miniconda3 "$HOME"/.local "$HOME"/LLaMA-Factory/.venv "$HOME"/LlamaFactory/.venv /app/.venv; do
            for f in "$d"/bin/llamafactory-cli "$d"/envs/*/bin/llamafactory-cli; do
              if [ -x "$f" ]; then echo "$f"; return; fi
            done
          done
        }
        tool=$(find_it)
        [ -x "$tool" ] || exit 0
        echo "$tool"
        python=$(head -n 1 "$tool" | sed -n 's|^#! *\(/[^ ]*python[^ ]*\).*|\1|p')
        [ -x "$python" ] || python=$(dirname "$tool")/python3
        [ ! -x "$python" ] || echo "$python"
        """;

    /// <summary>One product with weights in the number of bits that its argument says; prints the version of what keeps them so.</summary>
    public const string Quantize = """
        import sys, torch, bitsandbytes
        from bitsandbytes.nn import Linear4bit, Linear8bitLt
        card, size = torch.device("cuda:0"), 64
        layer = Linear8bitLt(size, size, bias=False, has_fp16_weights=False) if sys.argv[1] == "8" else Linear4bit(size, size, bias=False, compute_dtype=torch.float16)
        product = layer.to(card)(torch.ones(1, size, device=card, dtype=torch.float16))
        torch.cuda.synchronize()
        if not bool(torch.isfinite(product).all()):
            raise ValueError("a product with quantised weights is no number")
        print(bitsandbytes.__version__)
        """;

    /// <summary>
    /// Prints what people run of LLaMA-Factory there that computes, and is still there a second later: its page alone takes no card. What jobs run names their folder. The
    /// brackets keep this script from finding itself.
    /// </summary>
    public const string Others = """
        look() {
          for each in /proc/[0-9]*; do
            line=$(tr '\000' ' ' 2>/dev/null <"$each/cmdline") || continue
            case $line in
              */ftjob-*) ;;
              *[l]lamafactory-cli\ train* | *[l]lamafactory-cli\ api* | *[l]lamafactory-cli\ chat* | *[l]lamafactory-cli\ webchat* | *[l]lamafactory-cli\ export* | *[l]lamafactory/launcher.py*)
                echo "${each#/proc/} $line" ;;
            esac
          done
        }
        first=$(look)
        [ -n "$first" ] || exit 0
        sleep 1
        look | while IFS= read -r one; do case $first in *"$one"*) printf '%s\n' "$one" ;; esac; done
        """;

    /// <summary>PyTorch's look at the machine, in the form of <c>finetune-trainer env --json</c>. Emulated bfloat16 is slow: only cards from Ampere on have it.</summary>
    public const string Torch = """
        import json, time, torch
        card = torch.cuda.is_available() and torch.cuda.device_count() > 0
        device = torch.device("cuda:0" if card else "cpu")
        bf16 = card and torch.cuda.get_device_capability(0)[0] >= 8
        size = 512
        left = (torch.arange(size * size, device=device) % 7).reshape(size, size).to(torch.bfloat16 if bf16 else torch.float32)
        right = torch.eye(size, device=device, dtype=left.dtype) * 3
        began = time.perf_counter()
        product = left @ right
        correct = bool(torch.equal(product.cpu(), (left * 3).cpu()))
        took = (time.perf_counter() - began) * 1000
        print(json.dumps({
            "torch": torch.__version__, "device": str(device), "device_name": torch.cuda.get_device_name(0) if card else "processor",
            "cards": torch.cuda.device_count() if card else 0, "cuda": card, "bf16": bf16,
            "free_memory_bytes": torch.cuda.mem_get_info(0)[0] if card else None,
            "matmul_size": size, "matmul_milliseconds": took, "matmul_correct": correct}))
        """;
}
