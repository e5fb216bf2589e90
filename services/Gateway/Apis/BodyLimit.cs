using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>How long a body may be.</summary>
internal static class BodyLimit
{
    /// <summary>The server counts while it reads, with and without Content-Length, and answers 413 by itself.</summary>
    public static void LimitBody(this HttpContext context, long bytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = bytes;
        }
    }
}
