using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>What carries the messages. Section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    public const string Section = "Bus";

    /// <summary>All services in one process, no broker.</summary>
    public const string InMemory = "in-memory";

    /// <summary>Several processes, by the broker of <see cref="RabbitMqOptions"/>.</summary>
    public const string RabbitMq = "rabbitmq";

    private const string Advice = "Set Bus:Transport (FINETUNE__Bus__Transport) to in-memory (all services in one process) or rabbitmq.";

    /// <summary><c>in-memory</c> or <c>rabbitmq</c>. Default in-memory.</summary>
    [Required(ErrorMessage = Advice)]
    [AllowedValues(InMemory, RabbitMq, ErrorMessage = Advice)]
    public string Transport { get; set; } = InMemory;

    /// <summary>The transport that is set, for those who must know it before there are services.</summary>
    /// <exception cref="OptionsValidationException">It is none of the two.</exception>
    public static string TransportOf(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<BusOptions>() ?? new BusOptions();
        var faults = new List<System.ComponentModel.DataAnnotations.ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true)
            ? options.Transport
            : throw new OptionsValidationException(Section, typeof(BusOptions), faults.Select(fault => fault.ErrorMessage!));
    }
}
