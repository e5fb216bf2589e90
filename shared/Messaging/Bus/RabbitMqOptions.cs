using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>Where the broker is, and as whom to connect. Section <c>RabbitMq</c>; read where Bus:Transport is rabbitmq.</summary>
public sealed class RabbitMqOptions
{
    public const string Section = "RabbitMq";

    /// <summary>Name or address of the broker's computer. Default 127.0.0.1.</summary>
    [Required(ErrorMessage = "Set RabbitMq:Host (FINETUNE__RabbitMq__Host) to the name or address of the broker.")]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>AMQP port, from 1 to 65535. Default 5672.</summary>
    [Range(1, 65535, ErrorMessage = "Set RabbitMq:Port (FINETUNE__RabbitMq__Port) to the broker's AMQP port, from 1 to 65535.")]
    public int Port { get; set; } = 5672;

    /// <summary>Virtual host; give an installation one of its own where others share the broker. Default /.</summary>
    [Required(ErrorMessage = "Set RabbitMq:VirtualHost (FINETUNE__RabbitMq__VirtualHost) to the broker's virtual host, such as /.")]
    public string VirtualHost { get; set; } = "/";

    /// <summary>User, who must be allowed to configure, write and read in the virtual host. Default guest, whom a broker lets in from its own computer only.</summary>
    [Required(ErrorMessage = "Set RabbitMq:User (FINETUNE__RabbitMq__User) to a user of the broker.")]
    public string User { get; set; } = "guest";

    /// <summary>The user's password. Default guest.</summary>
    [Required(AllowEmptyStrings = true, ErrorMessage = "Set RabbitMq:Password (FINETUNE__RabbitMq__Password) to the user's password.")]
    public string Password { get; set; } = "guest";

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{User}@{Host}:{Port}, virtual host {VirtualHost}";
}
