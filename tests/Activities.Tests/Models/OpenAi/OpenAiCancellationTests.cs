using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

public abstract class OpenAiCancellationTests(OpenAiClientKind kind) : OpenAiSuite(kind)
{
    private static TaskCompletionSource Signal => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Cancelled_before_the_first_byte_closes_the_connection()
    {
        var (asked, closed) = (Signal, Signal);
        await using var server = await StartAsync(http =>
        {
            asked.SetResult();
            return OpenAiDouble.HangAsync(http, closed);
        });
        using var cancel = new CancellationTokenSource();
        var call = server.Call();
        var running = call.RunAsync(null, cancel.Token);
        await asked.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await closed.Task;
        Assert.Equal(3, call.Usage.InputTokens);
    }

    [Fact]
    public async Task Cancelled_in_a_stalled_stream_closes_the_connection()
    {
        var (heard, closed) = (Signal, Signal);
        await using var server = await StartAsync(async http =>
        {
            await OpenAiDouble.SendAsync(http, OpenAiDouble.Usual.Split("\n\n")[0] + "\n\n");
            await OpenAiDouble.HangAsync(http, closed);
        });
        using var cancel = new CancellationTokenSource();
        var call = server.Call();
        var running = call.RunAsync(
            _ => heard.SetResult(), cancel.Token);
        await heard.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await closed.Task;
        Assert.Equal(("Grüße, ", true), (call.Text, call.Usage.Estimated));
    }

    [Fact]
    public async Task Deadline_closes_the_connection()
    {
        var (asked, closed) = (Signal, Signal);
        await using var server = await StartAsync(http =>
        {
            asked.SetResult();
            return OpenAiDouble.HangAsync(http, closed);
        });
        var clock = new FakeTimeProvider();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120), clock);
        var running = server.Call().RunAsync(null, deadline.Token);
        await asked.Task;

        clock.Advance(TimeSpan.FromSeconds(120));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await closed.Task;
    }

    [Fact]
    public async Task Exception_of_the_receiver_closes_the_connection()
    {
        var closed = Signal;
        await using var server = await StartAsync(async http =>
        {
            await OpenAiDouble.SendAsync(http, OpenAiDouble.Usual.Split("\n\n")[0] + "\n\n");
            await OpenAiDouble.HangAsync(http, closed);
        });

        await Assert.ThrowsAsync<InvalidDataException>(
            () => server.Call().RunAsync(_ => throw new InvalidDataException("enough"), CancellationToken.None));

        await closed.Task;
    }
}
