using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.ModelServer;

/// <summary>One request to <see cref="OpenAiServer"/> and its answer.</summary>
/// <param name="Http">For handlers that write the answer themselves; <see cref="HttpContext.RequestAborted"/> fires when the client closes the connection.</param>
/// <param name="Body">The request as it came.</param>
public sealed record OpenAiExchange(HttpContext Http, JsonObject Body);
