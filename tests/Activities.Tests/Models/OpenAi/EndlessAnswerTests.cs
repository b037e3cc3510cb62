using Microsoft.AspNetCore.Http;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

/// <summary>A server that never ends a part of its answer does not exhaust memory: the request is aborted and not retried.</summary>
public abstract class EndlessAnswerTests(OpenAiClientKind kind) : OpenAiSuite(kind)
{
    [Theory]
    [InlineData("text/event-stream", "data: ")]
    [InlineData("application/json", "{\"a\":\n\"")]
    public async Task Part_without_end_is_aborted(string type, string begin)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async http =>
        {
            http.Response.ContentType = type;
            await http.Response.WriteAsync(begin);
            var piece = new string('x', 1024 * 1024);
            try
            {
                while (true)
                {
                    await http.Response.WriteAsync(piece, http.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
                aborted.SetResult();
            }
        });
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<ModelException>(() => client.GetResponseAsync([new(Microsoft.Extensions.AI.ChatRole.User, "x")]));

        Assert.Equal(ErrorKind.PayloadTooLarge, failure.Error.Kind);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
