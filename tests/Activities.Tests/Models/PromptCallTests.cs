using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;
using static Orchestrator.Activities.Tests.Models.ScriptedChatClient;

namespace Orchestrator.Activities.Tests.Models;

public sealed class PromptCallTests
{
    // 9 characters: 3 tokens by estimate.
    private static readonly PromptRequest Request = new()
    {
        Prompt = "question",
        System = "s",
        Model = "m",
        Temperature = 0.5,
        MaxTokens = 7,
    };

    [Fact]
    public async Task Run_sends_system_user_and_options()
    {
        var client = Of(Text("hi"));

        await new PromptCall(client, Request).RunAsync(null, CancellationToken.None);

        Assert.Equal([(ChatRole.System, "s"), (ChatRole.User, "question")], client.Messages.Select(message => (message.Role, message.Text)));
        Assert.Equal(("m", 0.5f, 7), (client.Options!.ModelId, client.Options.Temperature, client.Options.MaxOutputTokens));
    }

    [Fact]
    public async Task Run_without_a_system_message_sends_one_message()
    {
        var client = Of(Text("hi"));

        await new PromptCall(client, new PromptRequest { Prompt = "q" }).RunAsync(null, CancellationToken.None);

        Assert.Single(client.Messages);
        Assert.Null(client.Options!.ModelId);
    }

    [Fact]
    public async Task Run_collects_text_and_forwards_each_piece()
    {
        var pieces = new List<string>();

        var result = await new PromptCall(Of(Text("one "), Usage(5, 2, 1), Text("two")), Request).RunAsync(
            pieces.Add, CancellationToken.None);

        Assert.Equal("one two", result.Text);
        Assert.Equal(["one ", "two"], pieces);
        Assert.Equal(new TokenUsage { InputTokens = 5, OutputTokens = 2, CachedTokens = 1 }, result.Usage);
        Assert.False(result.CutOff);
    }

    [Fact]
    public async Task Answer_that_is_longer_than_an_output_may_be_is_aborted()
    {
        var pieces = 0;
        var call = new PromptCall(Of([.. Enumerable.Repeat(Text(new string('x', 1024 * 1024)), 20)]), Request);

        var failure = await Assert.ThrowsAsync<ModelException>(() => call.RunAsync(_ => pieces++, CancellationToken.None));

        Assert.Equal(ErrorKind.PayloadTooLarge, failure.Error.Kind);
        Assert.Equal(10, pieces);
        Assert.Equal((11 * 1024 * 1024 / 4, true), (call.Usage.OutputTokens, call.Usage.Estimated));
    }

    [Fact]
    public async Task Usage_reported_in_parts_is_put_together()
    {
        var result = await new PromptCall(Of(Usage(5, null), Text("x"), Usage(null, 2)), Request).RunAsync(null, CancellationToken.None);

        Assert.Equal(new TokenUsage { InputTokens = 5, OutputTokens = 2 }, result.Usage);
    }

    [Fact]
    public async Task Usage_not_reported_is_estimated_and_marked()
    {
        var result = await new PromptCall(Of(Text("12345")), Request).RunAsync(null, CancellationToken.None);

        Assert.Equal(new TokenUsage { InputTokens = 3, OutputTokens = 2, Estimated = true }, result.Usage);
    }

    [Fact]
    public async Task Run_cut_off_by_the_limit_says_so()
    {
        var result = await new PromptCall(Of(Text("x"), new ChatResponseUpdate { FinishReason = ChatFinishReason.Length }), Request)
            .RunAsync(null, CancellationToken.None);

        Assert.True(result.CutOff);
    }

    [Fact]
    public async Task Complete_answer_waits_two_seconds_for_its_usage()
    {
        var clock = new FakeTimeProvider();
        var hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = new ScriptedChatClient(
            token => ThenHang([Text("12345"), new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop }], hanging, token));
        var running = new PromptCall(client, Request, clock).RunAsync(null, CancellationToken.None);
        await hanging.Task;

        clock.Advance(PromptCall.UsageWait - TimeSpan.FromMilliseconds(1));
        Assert.False(running.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(
            ("12345", new TokenUsage { InputTokens = 3, OutputTokens = 2, Estimated = true }), ((await running).Text, (await running).Usage));
    }

    [Fact]
    public async Task Usage_that_comes_after_the_finish_counts()
    {
        var finish = new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };

        var result =
            await new PromptCall(Of(Text("12345"), Usage(1, 1), finish, Usage(0, 0), Usage(7, 9)), Request).RunAsync(null, CancellationToken.None);

        Assert.Equal(new TokenUsage { InputTokens = 7, OutputTokens = 9 }, result.Usage);
    }

    [Fact]
    public async Task Server_that_sends_a_finish_reason_with_every_part_is_read_to_the_end()
    {
        static ChatResponseUpdate Part(string text, long tokens) => new(
            ChatRole.Assistant, [new TextContent(text), new UsageContent(new UsageDetails { InputTokenCount = 5, OutputTokenCount = tokens })])
        { FinishReason = ChatFinishReason.Stop };

        var result = await new PromptCall(Of(Part("one ", 1), Part("two", 2)), Request).RunAsync(null, CancellationToken.None);

        Assert.Equal(("one two", new TokenUsage { InputTokens = 5, OutputTokens = 2 }), (result.Text, result.Usage));
    }

    [Fact]
    public async Task Unknown_finish_reason_is_reported()
    {
        var result = await new PromptCall(Of(Text("x"), new ChatResponseUpdate { FinishReason = new ChatFinishReason("bored") }), Request)
            .RunAsync(null, CancellationToken.None);

        Assert.Equal(("bored", false), (result.UnknownFinish, result.IsWhole));
    }

    [Fact]
    public async Task Content_filter_is_a_failure_whose_tokens_count()
    {
        var call = new PromptCall(Of(Text("x"), Usage(5, 1), new ChatResponseUpdate { FinishReason = ChatFinishReason.ContentFilter }), Request);

        var error = await Assert.ThrowsAsync<ModelException>(() => call.RunAsync(null, CancellationToken.None));

        Assert.Equal(ErrorKind.ContentFiltered, error.Error.Kind);
        Assert.Equal(new TokenUsage { InputTokens = 5, OutputTokens = 1 }, call.Usage);
    }

    [Fact]
    public async Task Failure_in_the_middle_keeps_text_and_usage_so_far()
    {
        var call = new PromptCall(Failing(new HttpIOException(HttpRequestError.ResponseEnded), Text("12345")), Request);

        var error = await Assert.ThrowsAsync<ModelException>(() => call.RunAsync(null, CancellationToken.None));

        Assert.Equal((ErrorKind.Unavailable, true), (error.Error.Kind, error.Error.Retryable));
        Assert.Equal("12345", call.Text);
        Assert.Equal(new TokenUsage { InputTokens = 3, OutputTokens = 2, Estimated = true }, call.Usage);
    }

    [Fact]
    public async Task Refused_call_used_nothing()
    {
        var call = new PromptCall(Failing(new HttpRequestException("slow down", null, HttpStatusCode.TooManyRequests)), Request);

        await Assert.ThrowsAsync<ModelException>(() => call.RunAsync(null, CancellationToken.None));

        Assert.Equal(default, call.Usage);
    }

    [Fact]
    public async Task Cancelled_while_streaming_is_rethrown_and_counts_what_came()
    {
        using var cancel = new CancellationTokenSource();
        var hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = new PromptCall(new ScriptedChatClient(token => ThenHang([Text("12345")], hanging, token)), Request);
        var running = call.RunAsync(null, cancel.Token);
        await hanging.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(new TokenUsage { InputTokens = 3, OutputTokens = 2, Estimated = true }, call.Usage);
    }

    [Fact]
    public async Task Cancelled_before_the_first_token_counts_the_input()
    {
        using var cancel = new CancellationTokenSource();
        var hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = new PromptCall(new ScriptedChatClient(token => ThenHang([], hanging, token)), Request);
        var running = call.RunAsync(null, cancel.Token);
        await hanging.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(new TokenUsage { InputTokens = 3, Estimated = true }, call.Usage);
    }

    [Fact]
    public async Task Cancelled_before_the_call_makes_none()
    {
        var client = Of(Text("x"));
        var call = new PromptCall(client, Request);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.RunAsync(null, new CancellationToken(canceled: true)));

        Assert.Empty(client.Messages);
        Assert.Equal(default, call.Usage);
    }

    [Fact]
    public async Task Abort_reported_as_a_broken_connection_is_a_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        var call = new PromptCall(Failing(new IOException("aborted"), Text("x")), Request);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.RunAsync(
            _ => cancel.Cancel(), cancel.Token));
    }

    [Fact]
    public async Task Exception_of_the_receiver_is_no_failure_of_the_model() => await Assert.ThrowsAsync<InvalidDataException>(
        () => new PromptCall(Of(Text("x")), Request).RunAsync(_ => throw new InvalidDataException("listener"), CancellationToken.None));

    [Fact]
    public async Task Second_run_is_refused()
    {
        var call = new PromptCall(Of(Text("x")), Request);
        await call.RunAsync(null, CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RunAsync(null, CancellationToken.None));
    }
}
