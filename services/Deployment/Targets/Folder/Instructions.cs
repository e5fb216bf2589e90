using System.Globalization;

namespace FineTunePipeline.Deployment.Targets.Folder;

/// <summary>The README beside a deployed file: how to run it.</summary>
internal static class Instructions
{
    public static string Write(DeployRequest request, bool hasTemplate) => string.Create(CultureInfo.InvariantCulture, $"""
        # {request.ModelName}

        `{request.File.FileName}` ({request.File.Type}, {request.File.Artifact.Bytes} bytes), made by job `{request.JobId}`.
        SHA-256: `{request.File.Artifact.Sha256}` (check with `sha256sum {request.File.FileName}`).

        ## Ollama

        ```
        ollama create {OllamaName(request.ModelName)} -f Modelfile
        ollama run {OllamaName(request.ModelName)}
        ```

        {(hasTemplate
            ? "The Modelfile carries the chat template the model was trained with; without it the answers get worse."
            : "The Modelfile names no template: Ollama takes the one inside the file. If the answers look wrong, use llama.cpp, which reads it.")}

        ## llama.cpp

        ```
        llama-server -m {request.File.FileName} --jinja --port 8081
        curl http://127.0.0.1:8081/v1/chat/completions -d '{"{"}"messages": [{"{"}"role": "user", "content": "Who are you?"{"}"}]{"}"}'
        ```

        """);

    /// <summary>Ollama's names have lower-case letters, digits, dots, dashes and underscores only.</summary>
    internal static string OllamaName(string modelName)
    {
        var letters = modelName.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' ? letter : '-');
        var name = string.Concat(letters).Trim('-', '.', '_');
        return name.Length > 0 ? name : "finetuned";
    }
}
