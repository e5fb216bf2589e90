using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.JobFiles;
using Xunit;

namespace FineTunePipeline.UnitTests.JobFiles;

internal static class JobFileSamples
{
    /// <summary>Every key, none with its default.</summary>
    public const string EveryKey =
        """
        name: all of it
        model: models/base
        dataset: a.json,b.jsonl
        variables: { name: Ada, author: "Forge Lab" }
        stage: dpo
        method: full
        template: qwen3
        hyperparameters:
          learning_rate: 1e-3
          num_train_epochs: 2.5
          max_steps: 1_000
          per_device_train_batch_size: 4
          gradient_accumulation_steps: 2
          lr_scheduler_type: linear
          warmup_ratio: 0.05
          weight_decay: .01
          adam_beta1: 0.8
          adam_beta2: 0.99
          max_grad_norm: 0.5
          cutoff_len: 512
          max_samples: 10
          train_on_prompt: true
          val_size: 0.1
          lora_rank: 16
          lora_alpha: 32
          lora_dropout: 0.1
          lora_target: q_proj,v_proj
          seed: 7
          logging_steps: 1
          save_steps: 50
          early_stopping_steps: 3
          load_best_model_at_end: true
          group_by_length: true
        llamafactory: { packing: true, optim: adamw_torch }
        evaluation:
          taught: taught.jsonl
          general: general.jsonl
          taught_fresh: tf.jsonl
          general_fresh: gf.jsonl
          min_taught: 0.8
          max_general_drop: 0.1
          max_new_tokens: 32
        outputs: { merged: false, gguf: [bf16] }
        deploy: { target: folder, type: bf16, port: 8081, folder: result }
        provider: { name: other, trainer: llamafactory }
        budget: { hourly_price_cap: 2.5, total: 12.5, currency: USD, deadline: 30:00:00 }
        """;

    public static JsonNode Json(JobSpec spec) => JsonSerializer.SerializeToNode(spec, ContractJson.Options)!;

    public static JobFileException Refusal(string text) => Assert.Throws<JobFileException>(() => JobFile.Read(text));
}
