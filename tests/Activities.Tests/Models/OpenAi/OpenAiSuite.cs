using Microsoft.AspNetCore.Http;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

/// <summary>Tests of the chat client over each of the SDK's clients, with a server that is called through the given one.</summary>
public abstract class OpenAiSuite(OpenAiClientKind kind)
{
    protected OpenAiClientKind Kind => kind;

    private protected Task<OpenAiDouble> StartAsync(Func<HttpContext, Task> answer) => OpenAiDouble.StartAsync(answer, kind);

    private protected Task<OpenAiDouble> StreamingAsync(string events) => OpenAiDouble.StreamingAsync(events, kind);

    private protected Task<OpenAiDouble> RefusingAsync(int status, string body, params (string Name, string Value)[] headers) =>
        OpenAiDouble.RefusingAsync(status, body, kind, headers);
}
