namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>
/// Keys of LLaMA-Factory 0.9.6 that this trainer does not act on. Some cannot change what it computes and are accepted as they are. The others ask for
/// something that it does not do: they are accepted only with a value that leaves it off, and are an error otherwise, never silence.
/// </summary>
internal static class OtherArguments
{
    private static readonly HashSet<string> WithoutEffect = Words(
        """
        cache_dir use_fast_tokenizer model_revision low_cpu_mem_usage flash_attn disable_gradient_checkpointing use_reentrant_gc upcast_layernorm
        upcast_lmhead_output infer_backend offload_folder use_kv_cache infer_dtype hf_hub_token ms_hub_token om_hub_token print_param_status trust_remote_code
        quantization_method quantization_type double_quantization media_dir buffer_size overwrite_cache preprocessing_batch_size preprocessing_num_workers
        ignore_pad_token_for_loss data_shared_file_system enable_thinking preserve_thinking loraplus_lr_embedding pissa_iter create_new_adapter
        export_quantization_nsamples export_quantization_maxlen export_legacy_format tf32 gradient_checkpointing gradient_checkpointing_kwargs use_cache
        torch_empty_cache_steps average_tokens_across_devices log_on_each_node logging_nan_inf_filter log_level log_level_replica disable_tqdm run_name project
        trackio_space_id logging_dir prediction_loss_only eval_do_concat_batches eval_use_gather_object eval_accumulation_steps include_for_metrics
        batch_eval_metrics save_on_each_node save_safetensors enable_jit_checkpoint hub_token hub_private_repo hub_model_id hub_strategy hub_always_push
        hub_revision greater_is_better restore_callback_states_from_checkpoint full_determinism accelerator_config dataloader_num_workers
        dataloader_pin_memory dataloader_persistent_workers dataloader_prefetch_factor remove_unused_columns label_names length_column_name
        ddp_find_unused_parameters ddp_bucket_cap_mb ddp_broadcast_buffers ddp_backend ddp_timeout skip_memory_metrics local_rank max_length
        generation_max_length freeze_vision_tower freeze_multi_modal_projector image_max_pixels image_min_pixels video_max_pixels video_min_pixels video_fps
        video_maxlen audio_sampling_rate
        """);

    /// <summary>Names, each with the value that leaves it off beside null, false and 0.</summary>
    private static readonly Dictionary<string, string?> NotDoneHere = Off(
        """
        adapter_folder resize_vocab split_special_tokens add_tokens add_special_tokens new_special_tokens_config init_special_tokens=noise_init rope_scaling
        shift_attn mixture_of_depths use_unsloth use_unsloth_gc enable_liger_kernel moe_aux_loss_coef train_from_scratch use_v1_kernels quantization_bit
        quantization_device_map mask_history streaming mix_strategy=concat interleave_probs eval_num_beams=1 eval_on_each_dataset packing neat_packing tool_format
        default_system tokenized_path freeze_trainable_layers=2 freeze_trainable_modules=all freeze_extra_modules additional_target loraplus_lr_ratio use_rslora
        use_dora pissa_init pissa_convert module_dropout oft_rank oft_block_size=32 oft_target=all pref_beta=0.1 pref_ftx pref_bco_weight pref_loss=sigmoid
        dpo_label_smoothing kto_chosen_weight=1 kto_rejected_weight=1 simpo_gamma=0.5 ppo_buffer_size=1 ppo_epochs=4 ppo_score_norm ppo_target=6
        ppo_whiten_rewards ref_model ref_model_adapters ref_model_quantization_bit reward_model reward_model_adapters reward_model_quantization_bit
        reward_model_type=lora ld_alpha use_galore use_apollo use_badam use_swanlab pure_bf16 use_llama_pro use_adam_mini use_mca use_megatron_bridge
        use_hyper_parallel hyper_parallel_args hyper_parallel_cp_size=1 use_muon use_dft_loss use_asft_loss asft_alpha=0.1 use_eaft_loss eaft_alpha=1
        freeze_language_model early_stopping_steps include_effective_tokens_per_second num_beams=1 top_k=50 repetition_penalty=1 length_penalty=1
        export_quantization_bit export_quantization_dataset export_hub_model_id use_kt fp8 fp8_enable_fsdp_float8_all_gather enable_torch_profiler
        lr_scheduler_kwargs optim_args optim_target_modules label_smoothing_factor bf16_full_eval fp16_full_eval torch_compile torch_compile_backend
        torch_compile_mode use_liger_kernel liger_kernel_config neftune_noise_alpha auto_find_batch_size include_num_input_tokens_seen=no eval_delay
        eval_on_start push_to_hub load_best_model_at_end metric_for_best_model ignore_data_skip parallelism_config dataloader_drop_last
        train_sampling_strategy=random fsdp fsdp_config deepspeed debug sortish_sampler generation_num_beams=1 generation_config image_do_pan_and_scan
        crop_to_patches use_audio_in_video ray_num_workers=1 ray_init_kwargs master_addr master_port
        """);

    /// <summary>Every name, for the suggestion after a misspelt one.</summary>
    public static IEnumerable<string> Names => WithoutEffect.Concat(NotDoneHere.Keys);

    public static bool HasNoEffect(string name) => WithoutEffect.Contains(name);

    public static bool IsNotDoneHere(string name) => NotDoneHere.ContainsKey(name);

    /// <summary>Whether a value of a key of <see cref="IsNotDoneHere"/> asks for nothing.</summary>
    public static bool LeavesItOff(string name, object? value) => value switch
    {
        null or false or 0L or 0.0 => true,
        double number => NotDoneHere[name] == number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        long number => NotDoneHere[name] == number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        string text => text.Length == 0 || text == NotDoneHere[name],
        _ => false,
    };

    private static HashSet<string> Words(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);

    private static Dictionary<string, string?> Off(string text) =>
        Words(text).Select(word => word.Split('=')).ToDictionary(parts => parts[0], parts => parts.Length == 2 ? parts[1] : null, StringComparer.Ordinal);
}
