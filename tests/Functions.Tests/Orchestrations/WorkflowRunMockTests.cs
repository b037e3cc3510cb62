using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Moq;
using Moq.Protected;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>The orchestrator against a mocked context, as the SDK's documentation tests orchestrators.</summary>
public class WorkflowRunMockTests
{
    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly List<ExecuteStepInput> _executed = [];
    private readonly List<RecordFactsInput> _recorded = [];
    private readonly BatchLog _log = new();
    private FinishRunInput? _finished;
    private CancelStepsInput? _cancelled;

    public WorkflowRunMockTests()
    {
        _context.Protected().SetupGet<ILoggerFactory>("LoggerFactory").Returns(_log);
        _context.Setup(context => context.CreateReplaySafeLogger(It.IsAny<string>())).CallBase();
        _context.Setup(context => context.CurrentUtcDateTime).Returns(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _context.Setup(context => context.WaitForExternalEvent<object?>(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .Returns((string _, CancellationToken token) => Never<object?>(token));
        _context.Setup(context => context.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
        _context.Setup(context => context.CallActivityAsync<object?>(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .Callback((TaskName name, object? input, TaskOptions? _) =>
            {
                switch (input)
                {
                    case RecordFactsInput facts:
                        _recorded.Add(facts);
                        break;
                    case CancelStepsInput cancel:
                        _cancelled = cancel;
                        break;
                    default:
                        _finished = (FinishRunInput)input!;
                        break;
                }
            })
            .ReturnsAsync((object?)null);
    }

    [Fact]
    public async Task Run_of_a_diamond_executes_every_step_once_and_finishes()
    {
        Steps(Step("a"), Step("b", 0), Step("c", 0), Step("d", 1, 2));
        Outcome(_ => Completed());

        var result = await RunAsync();

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal(["a", "b", "c", "d"], _executed.Select(call => call.StepId));
        Assert.Equal(RunStatus.Completed, _finished!.Status);
    }

    [Fact]
    public async Task Steps_that_start_together_are_a_line_of_the_log_with_what_remains()
    {
        Steps(Step("a"), Step("b", 0), Step("c", 0), Step("d", 1, 2));
        Outcome(_ => Completed());

        await RunAsync();

        Assert.Equal(
            [
                "2001 Run 'r1' starts 1 steps at once; 1 are executing, 0 of 4 are done, 4 remain.",
                "2001 Run 'r1' starts 2 steps at once; 2 are executing, 1 of 4 are done, 3 remain.",
                "2001 Run 'r1' starts 1 steps at once; 1 are executing, 3 of 4 are done, 1 remain.",
            ],
            _log.Lines);
    }

    [Fact]
    public async Task A_replay_logs_nothing()
    {
        _context.Setup(context => context.IsReplaying).Returns(true);
        Steps(Step("a"), Step("b", 0));
        Outcome(_ => Completed());

        await RunAsync();

        Assert.Equal(2, _executed.Count);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Step_starts_only_when_its_own_dependencies_have_ended()
    {
        var slow = new TaskCompletionSource<StepOutcome>();
        Steps(Step("slow"), Step("fast"), Step("after_fast", 1), Step("after_both", 0, 2));
        Answer(call => call.StepId == "slow" ? slow.Task : Task.FromResult(Completed()));

        var run = RunAsync();

        Assert.Equal(["fast", "slow", "after_fast"], _executed.Select(call => call.StepId));
        Assert.False(run.IsCompleted);
        slow.SetResult(Completed());
        Assert.Equal(RunStatus.Completed, (await run).Status);
        Assert.Equal("after_both", _executed[^1].StepId);
    }

    [Fact]
    public async Task Failed_step_is_a_result_and_its_dependents_are_recorded_as_skipped()
    {
        Steps(Step("a"), Step("b", 0));
        Outcome(_ => Failed(ErrorKind.ContentFiltered));

        var result = await RunAsync();

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Equal(ErrorKind.ContentFiltered, result.Error!.Kind);
        var skipped = Assert.Single(_finished!.Decisions);
        Assert.Equal((1, StepStatus.Skipped, StepReason.Dependency), (skipped.Step, skipped.Status, skipped.Reason));
    }

    [Fact]
    public async Task Activity_that_throws_fails_its_step_as_internal()
    {
        Steps(Step("a"));
        Answer(_ => Task.FromException<StepOutcome>(new TaskFailedException("ExecuteStep", 1, new InvalidOperationException("disk on fire"))));

        var result = await RunAsync();

        Assert.Equal(ErrorKind.Internal, result.Error!.Kind);
        Assert.Contains("disk on fire", result.Error.Message, StringComparison.Ordinal);
        var decision = Assert.Single(_finished!.Decisions);
        Assert.Equal((0, StepStatus.Failed, ErrorKind.Internal), (decision.Step, decision.Status, decision.Error!.Kind));
    }

    [Fact]
    public async Task Retryable_failure_waits_on_a_durable_timer_and_tries_again()
    {
        Steps(Step("a") with { Retry = new RetryRule() });
        Outcome(call => call.Attempt == 1 ? Failed(ErrorKind.RateLimited, retryAfterMs: 700) : Completed());

        var result = await RunAsync();

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal([1, 2], _executed.Select(call => call.Attempt));
        _context.Verify(context => context.CreateTimer(
            It.Is<DateTime>(due => due >= new DateTime(2026, 1, 1, 0, 0, 0, 700, DateTimeKind.Utc)), It.IsAny<CancellationToken>()), Times.Once);
    }

    [Fact]
    public async Task Cancel_event_ends_the_run_when_what_executes_has_ended()
    {
        var cancel = new TaskCompletionSource<object?>();
        var running = new TaskCompletionSource<StepOutcome>();
        _context.Setup(context => context.WaitForExternalEvent<object?>(FunctionNames.CancelEvent, It.IsAny<CancellationToken>()))
            .Returns(cancel.Task);
        Steps(Step("a"), Step("b", 0));
        Answer(_ => running.Task);

        var run = RunAsync();
        cancel.SetResult(null);
        Assert.False(run.IsCompleted);
        running.SetResult(new StepOutcome { Status = StepStatus.Cancelled, Reason = StepReason.Cancel });

        Assert.Equal(RunStatus.Cancelled, (await run).Status);
        Assert.Single(_executed);
        Assert.Equal(StepReason.Cancel, _cancelled!.Reason);
    }

    [Fact]
    public async Task Large_plan_comes_compressed()
    {
        Steps([.. Enumerable.Range(0, 1_000).Select(step => Step($"step_with_a_long_name_{step}"))]);
        Outcome(_ => Completed());

        Assert.Equal(RunStatus.Completed, (await RunAsync()).Status);
        Assert.Equal(1_000, _executed.Count);
    }

    [Theory]
    [InlineData("b", 1, 1)]
    [InlineData("a", 2, 1)]
    [InlineData("a", 1, 2)]
    [InlineData(null, 0, 0)]
    public async Task Outcome_that_was_not_asked_for_is_a_fault_of_the_program(string? step, int attempt, int number)
    {
        Steps(Step("a"));
        _context.Setup(context => context.CallActivityAsync<StepOutcome>(FunctionNames.ExecuteStep, It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .ReturnsAsync(Completed() with { Step = step, Attempt = attempt, Call = number });

        var exception = await Assert.ThrowsAsync<UnexpectedOutcomeException>(RunAsync);

        Assert.Contains("expected the outcome of step 'a', attempt 1, call 1", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"step '{step}', attempt {attempt}, call {number}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cascade_of_20000_skipped_steps_fits_on_a_one_megabyte_stack()
    {
        Steps([.. Enumerable.Range(0, 20_000).Select(step => Step($"s{step}", step == 0 ? [] : [step - 1]))]);
        Outcome(_ => Failed(ErrorKind.ToolFailed));

        Assert.Equal(RunStatus.Failed, (await OnSmallStackAsync()).Status);
        Assert.Equal(19_999, _recorded.Sum(batch => batch.Decisions.Count) + _finished!.Decisions.Count);
        Assert.All(_recorded, batch => Assert.True(batch.Decisions.Count <= 1_000));
    }

    [Fact]
    public async Task Chain_of_20000_steps_that_end_at_once_fits_on_a_one_megabyte_stack()
    {
        Steps([.. Enumerable.Range(0, 20_000).Select(step => Step($"s{step}", step == 0 ? [] : [step - 1]))]);
        Outcome(_ => Completed());

        Assert.Equal(RunStatus.Completed, (await OnSmallStackAsync()).Status);
        Assert.Equal(20_000, _executed.Count);
    }

    private static GraphStep Step(string id, params int[] dependsOn) => new(id) { DependsOn = dependsOn, EstimatedMs = 1 };

    private static RunPlan Plan(params GraphStep[] steps) => new() { RunId = "r1", Steps = steps, ParallelBatchDelayMs = 0 };

    private static StepOutcome Completed() => new() { Status = StepStatus.Completed };

    private static StepOutcome Failed(ErrorKind kind, int? retryAfterMs = null) => new()
    {
        Status = StepStatus.Failed,
        Error = new WorkflowError(kind, "No.") { Retryable = WorkflowError.IsTransient(kind), RetryAfterMs = retryAfterMs },
    };

    [Fact]
    public async Task RunAsync_OrchestrationStartedWithoutAnInput_FailsAndNamesTheInstance()
    {
        _context.Setup(context => context.InstanceId).Returns("by-hand");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => new WorkflowRun(new DecodedPlans()).RunAsync(_context.Object, null));

        Assert.Contains("'by-hand' was started without an input", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<T> Never<T>(CancellationToken token)
    {
        var never = new TaskCompletionSource<T>();
        await using var registration = token.Register(() => never.TrySetCanceled(token));
        return await never.Task;
    }

    private void Steps(params GraphStep[] steps) => _context
        .Setup(context => context.CallActivityAsync<PlanAnswer>(FunctionNames.PrepareRun, It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
        .ReturnsAsync(PlanAnswer.Of(Plan(steps)));

    private void Outcome(Func<ExecuteStepInput, StepOutcome> outcome) => Answer(call => Task.FromResult(outcome(call)));

    private void Answer(Func<ExecuteStepInput, Task<StepOutcome>> answer) => _context
        .Setup(context => context.CallActivityAsync<StepOutcome>(FunctionNames.ExecuteStep, It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
        .Returns(async (TaskName _, object? input, TaskOptions? _) =>
        {
            var call = (ExecuteStepInput)input!;
            _executed.Add(call);
            return await answer(call) with { Step = call.StepId, Attempt = call.Attempt, Call = call.Call };
        });

    private Task<RunResult> RunAsync() => new WorkflowRun(new DecodedPlans()).RunAsync(_context.Object, new RunInput("r1", 1));

    private Task<RunResult> OnSmallStackAsync()
    {
        var done = new TaskCompletionSource<RunResult>();
        var thread = new Thread(
            () =>
            {
                try
                {
                    done.SetResult(RunAsync().GetAwaiter().GetResult());
                }
                catch (Exception exception)
                {
                    done.SetException(exception);
                }
            },
            maxStackSize: 1024 * 1024);
        thread.Start();
        return done.Task;
    }

    private sealed class BatchLog : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{eventId.Id} {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
