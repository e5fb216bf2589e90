"""Makes the files of this folder with PyTorch and transformers (Debian sid: python3-torch, python3-transformers); see README.md.

    OMP_NUM_THREADS=1 python3 make_goldens.py OUTPUT_FOLDER [TINY_MODEL_FOLDER ...]

Per architecture a random model of a few thousand parameters, its logits, loss and all gradients; for LoRA the gradients of given pairs and the losses of
20 AdamW steps; for each TINY_MODEL_FOLDER logits of a few tokens.
"""
import json
import math
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config

SHAPE = dict(vocab_size=32, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             head_dim=8, max_position_embeddings=64, rms_norm_eps=1e-5, initializer_range=0.2)

LLAMA3_ROPE = dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)

MODELS = {
    "llama": LlamaConfig(**SHAPE, attention_bias=True, mlp_bias=True, tie_word_embeddings=False, rope_parameters=LLAMA3_ROPE),
    "llama-linear": LlamaConfig(**SHAPE, tie_word_embeddings=True, rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=2.0)),
    "mistral": MistralConfig(**SHAPE, sliding_window=6, tie_word_embeddings=False),
    "qwen2": Qwen2Config(**{k: v for k, v in SHAPE.items() if k != "head_dim"}, tie_word_embeddings=True),
    "qwen3": Qwen3Config(**SHAPE, tie_word_embeddings=True, rope_parameters=dict(rope_type="default", rope_theta=1000000.0)),
}


def batch(seed, rows, length, vocabulary):
    """Ids, and labels that leave out the first tokens (the prompt) and, in every odd row, padding on the right."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, vocabulary, (rows, length), generator=generator)
    labels = ids.clone()
    labels[:, : length // 3] = -100
    labels[1::2, -length // 4:] = -100
    return ids, labels


def loss_sum(model, ids, labels):
    """Sum over labelled tokens and their number; logits at t predict token t + 1."""
    logits = model(input_ids=ids).logits[:, :-1].float()
    targets = labels[:, 1:]
    total = torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=-100, reduction="sum")
    return total, int((targets != -100).sum())


def randomise(model, seed):
    """Biases and norms too: zeros and ones would hide mistakes."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(1 + 0.1 * noise if "norm" in name else 0.2 * noise)


class LoraLinear(torch.nn.Module):
    def __init__(self, base, a, b, scale):
        super().__init__()
        self.base, self.scale = base, scale
        self.a, self.b = torch.nn.Parameter(a), torch.nn.Parameter(b)

    def forward(self, x):
        return self.base(x) + (x @ self.a.T @ self.b.T) * self.scale


def attach_lora(model, rank, alpha, seed, zero_b):
    """All linear layers but the head; returns the pairs under PEFT's names."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    found = {}
    for name, module in list(model.named_modules()):
        if not isinstance(module, torch.nn.Linear) or name == "lm_head":
            continue
        a = (torch.rand(rank, module.in_features, generator=generator) * 2 - 1) / math.sqrt(module.in_features)
        b = torch.randn(module.out_features, rank, generator=generator) * (0 if zero_b else 0.1)
        lora = LoraLinear(module, a, b, alpha / rank)
        model.get_submodule(name.rpartition(".")[0]).__setattr__(name.rpartition(".")[2], lora)
        found[f"base_model.model.{name}.lora_A.weight"] = lora.a
        found[f"base_model.model.{name}.lora_B.weight"] = lora.b
    return found


def learning_rate(step, peak, warmup, total):
    if step < warmup:
        return peak * step / max(1, warmup)
    return peak * max(0.0, 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup))))


def train(model, parameters, weight_decay):
    """20 steps of two micro-batches each, AdamW as torch has it, gradients clipped to norm 1, two warm-up steps, then cosine."""
    optimizer = torch.optim.AdamW(parameters, lr=1.0, betas=(0.9, 0.999), eps=1e-8, weight_decay=weight_decay)
    losses, norms = [], []
    for step in range(20):
        micro = [batch(1000 + (step % 4) * 2 + i, 2, 12, SHAPE["vocab_size"]) for i in range(2)]
        tokens = sum(int((labels[:, 1:] != -100).sum()) for _, labels in micro)
        optimizer.zero_grad()
        total = 0.0
        for ids, labels in micro:
            loss, _ = loss_sum(model, ids, labels)
            (loss / tokens).backward()
            total += loss.item()
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, 1.0)))
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, 0.02, 2, 20)
        optimizer.step()
        losses.append(total / tokens)
    return losses, norms


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def architecture(folder, config, seed):
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    randomise(model, seed)
    model.save_pretrained(folder)
    if os.path.exists(f"{folder}/generation_config.json"):
        os.remove(f"{folder}/generation_config.json")

    model = load(folder)
    ids, labels = batch(seed, 2, 16, config.vocab_size)
    golden = {"ids": ids, "labels": labels, "logits": model(input_ids=ids).logits.detach().contiguous()}
    loss, count = loss_sum(model, ids, labels)
    (loss / count).backward()
    golden["loss"] = (loss / count).detach().reshape(1)
    for name, parameter in model.named_parameters():
        golden["grad." + name] = parameter.grad.contiguous()
    save_file(golden, f"{folder}/golden.safetensors")


def lora(output, base):
    model = load(base)
    pairs = attach_lora(model, rank=3, alpha=6, seed=5, zero_b=False)
    ids, labels = batch(7, 2, 16, SHAPE["vocab_size"])
    golden = {"ids": ids, "labels": labels} | {"start." + name: value.detach().clone() for name, value in pairs.items()}
    loss, count = loss_sum(model, ids, labels)
    (loss / count).backward()
    golden["loss"] = (loss / count).detach().reshape(1)
    golden |= {"grad." + name: value.grad.contiguous() for name, value in pairs.items()}
    save_file(golden, f"{output}/lora.safetensors")


def steps(output, base):
    model = load(base)
    pairs = attach_lora(model, rank=3, alpha=6, seed=6, zero_b=True)
    golden = {"start." + name: value.detach().clone() for name, value in pairs.items()}
    losses, norms = train(model, list(pairs.values()), weight_decay=0.0)
    golden |= {"end." + name: value.detach().clone() for name, value in pairs.items()}
    for index in range(8):
        golden[f"ids.{index}"], golden[f"labels.{index}"] = batch(1000 + index, 2, 12, SHAPE["vocab_size"])
    save_file(golden, f"{output}/steps.safetensors")

    full = load(base)
    full_losses, full_norms = train(full, list(full.parameters()), weight_decay=0.01)
    write_json(f"{output}/steps.json", {"lora": {"losses": losses, "norms": norms}, "full": {"losses": full_losses, "norms": full_norms}})


def tiny(output, folder):
    """Every eighth logit of 24 tokens of a given model, with and without padding on the left."""
    model = load(folder)
    ids, _ = batch(11, 2, 24, model.config.vocab_size)
    mask = torch.ones_like(ids)
    mask[1, :9] = 0
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    with torch.no_grad():
        plain = model(input_ids=ids).logits
        padded = model(input_ids=ids, attention_mask=mask, position_ids=positions).logits
    save_file({"ids": ids, "mask": mask, "logits": plain[:, :, ::8].contiguous(), "padded": padded[:, :, ::8].contiguous(),
               "argmax": plain.argmax(-1)}, f"{output}/{os.path.basename(folder.rstrip('/'))}.safetensors")


def main():
    output = sys.argv[1]
    torch.use_deterministic_algorithms(True)
    for seed, (name, config) in enumerate(MODELS.items(), start=1):
        architecture(f"{output}/{name}", config, seed)
    lora(output, f"{output}/qwen3")
    steps(output, f"{output}/qwen3")
    for folder in sys.argv[2:]:
        tiny(output, folder)
    import transformers
    print("torch", torch.__version__, "transformers", transformers.__version__)


if __name__ == "__main__":
    main()
