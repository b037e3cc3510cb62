using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Inputs;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats.Requests;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator resume</c>: continues a failed, cancelled or interrupted run.</summary>
internal static class ResumeCommand
{
    private const string TokensPrefix = "tokens=";

    public static Command Create()
    {
        var runId = new Argument<string>("runId") { Description = "The run." };
        var from = new Option<string?>("--from")
        {
            Description = "Execute this step and all after it again, whatever became of them.",
            HelpName = "STEP",
        };
        var input = new Option<string[]>("-i", "--input")
        {
            Description = "An input in place of the run's: key=value, or key=@file. Again for each input.",
            HelpName = "KEY=VALUE",
            DefaultValueFactory = _ => [],
        };
        var inputs = new Option<string?>("--inputs") { Description = "A JSON file with such inputs; -i goes before it.", HelpName = "FILE" };
        var definition = new Option<string?>("--definition")
        {
            Description = "Another definition; its prompts are looked for beside it.",
            HelpName = "FILE",
        };
        var outputs = new Option<string[]>("--output")
        {
            Description = "The output of a step, given by hand: step=value, or step=@file. Again for each step.",
            HelpName = "STEP=VALUE",
            DefaultValueFactory = _ => [],
        };
        var parallel = CommonOptions.Number("--max-parallelism", "Steps that may execute at one time.", 1, 10_000);
        var budget = Budget();
        var model = CommonOptions.Model("The model for every step that is executed.");
        var mocks = new Option<string?>("--mocks")
        {
            Description = "A JSON file with answers that stand in for models and tools, from its beginning.",
            HelpName = "FILE",
        };
        var mocksElse = CommonOptions.MocksElse();
        var fork = new Option<bool>("--fork") { Description = "Start a new run where this one stands, and leave this one as it is." };
        var forkAs = new Option<string?>("--run-id") { Description = "With --fork, the id of the new run; default: a new one.", HelpName = "ID" };
        var reason = Reason();
        var foreground = new ForegroundOptions(CommonOptions.KeptStorage());
        var command = new Command("resume", "Go on with a run that failed, was cancelled or was interrupted.")
        {
            runId, from, input, inputs, definition, outputs, parallel, budget, model, mocks, mocksElse, fork, forkAs, reason,
        };
        foreground.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Interrupts.RunAsync(async interrupts =>
        {
            var file = parsed.GetValue(definition);
            if (parsed.GetValue(forkAs) is not null && !parsed.GetValue(fork))
            {
                throw new UsageException("--run-id names the new run of --fork; a run that is resumed keeps its id.");
            }

            var request = new ResumeRequest(parsed.GetRequiredValue(runId))
            {
                From = parsed.GetValue(from),
                Inputs = RunInputs.Read(parsed.GetValue(inputs), parsed.GetRequiredValue(input), definition: null, out _),
                Outputs = RunInputs.ReadOutputs(parsed.GetRequiredValue(outputs)),
                Fork = parsed.GetValue(fork),
                ForkAs = parsed.GetValue(forkAs),
                Definition = file is null ? default(ReadOnlyMemory<byte>?) : InputFile.ReadDefinition(file),
                File = file is null ? null : Path.GetFullPath(file),
                Options = new RunOptions
                {
                    Model = parsed.GetValue(model),
                    MaxParallelism = parsed.GetValue(parallel),
                    Budget = parsed.GetValue(budget),
                },
                Mocks = InputFile.ReadMocks(parsed.GetValue(mocks), parsed.GetValue(mocksElse)),
                Reason = parsed.GetValue(reason),
                By = Environment.UserName,
            };
            await using var view = foreground.View(parsed);
            try
            {
                return await ResumeAsync(request, foreground.Settings(parsed), view, interrupts, cancellationToken);
            }
            catch (DefinitionRefusedException refusal) when (request.Definition is { } text)
            {
                throw new UsageException(DefinitionReport.Lines(file!, text, refusal.Diagnostics));
            }
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static async Task<int> ResumeAsync(
        ResumeRequest request, LocalAppSettings settings, RunView view, Interrupts interrupts, CancellationToken cancellationToken)
    {
        var where = settings.Storage;
        var record = await where.RequireRunAsync(request.RunId, cancellationToken);
        var (id, run) = (record.RunId, new RunInput(record.RunId, record.Attempt));
        var problem = await where.FindHistoryProblemAsync(run, record.Status, cancellationToken);
        if (record.Status == RunStatus.Suspended && problem is null)
        {
            throw RunStateException.NotResumedWhileSuspended(id);
        }

        if (record.Status == RunStatus.Completed && IsPlain(request))
        {
            // A script that resumes a run in case it failed must go on.
            view.End(id, record.Status, RunStateException.NothingToResume(id).Message);
            return ExitCodes.Completed;
        }

        var note = ChangedFileNote(record, request);
        if (!record.HasEnded && where.FindDriver(run) is { } driver)
        {
            throw Driven(record, driver);
        }

        await RunStarter.CheckStartedAsync(where.OpenExistingRuns(), record, cancellationToken);
        var isInterrupted = record is { HasEnded: false, IsUpgraded: false };
        if (isInterrupted && problem is null && request with { RunId = "", By = null, Reason = null } is var changes && !IsPlain(changes))
        {
            throw new RunStateException(
                $"Run '{id}' was interrupted, and takes options only after it has ended. Resume it without options ('orchestrator resume {id}'), "
                + $"or cancel it first ('orchestrator runs cancel {id}').",
                record.Status);
        }

        await using var app = await LocalApp.StartAsync(settings with { Runs = [id] }, interrupts.StopRequested);
        var reconciler = app.Services.GetRequiredService<RunReconciler>();
        if (isInterrupted && problem is null
            && await reconciler.FindAsync(app.Client, id, cancellationToken) is { HasEnded: false, IsUpgraded: false } open)
        {
            var continued = new ForegroundRun(app, view, interrupts, $"Run {id} was interrupted and goes on where it was.");
            await continued.BeginAsync(run, cancellationToken);
            if (await app.ContinueAsync(run, cancellationToken) is { } newDriver)
            {
                throw Driven(open, newDriver);
            }

            await reconciler.BeginAsync(app.Client, open, cancellationToken);
            return await continued.FollowAsync(
                run,
                cancellationToken,
                ended => StartAttemptAsync($"It could not go on there, so its next attempt goes on from what is done. {ended.Error?.Message}"));
        }

        return await StartAttemptAsync(note);

        async Task<int> StartAttemptAsync(string? attemptNote)
        {
            var foreground = new ForegroundRun(app, view, interrupts, attemptNote);
            var resumer = app.Services.GetRequiredService<RunResumer>();
            var attempt = await resumer.ResumeAsync(app.Client, request with { Foreground = foreground.Caller }, cancellationToken);
            return await foreground.FollowAsync(attempt, cancellationToken);
        }
    }

    /// <summary>
    /// A hint for a user who changed the file and may expect that the run uses it; null when the file is unchanged or is not known.
    /// </summary>
    private static string? ChangedFileNote(RunRecord record, ResumeRequest request)
    {
        if (request.Definition is not null || record.File is not { } file || !File.Exists(file)
            || Convert.ToHexStringLower(SHA256.HashData(InputFile.ReadDefinition(file))) == record.DefinitionHash)
        {
            return null;
        }

        return $"The run keeps the definition that it has. '{file}' was changed since: --definition takes it as it is now.";
    }

    private static RunStateException Driven(RunRecord record, string driver) => new(
        $"Run '{record.RunId}' has not ended: the {driver} works on it. "
        + $"Wait for its end, or cancel it first ('orchestrator runs cancel {record.RunId}').",
        record.Status);

    /// <summary>Whether the request changes nothing of the run.</summary>
    private static bool IsPlain(ResumeRequest request) =>
        request is { From: null, Inputs.Count: 0, Outputs.Count: 0, Fork: false, Definition: null, Mocks: null }
        && request.Options == new RunOptions();

    private static Option<string?> Reason()
    {
        var option = new Option<string?>("--reason") { Description = "Why, for the record.", HelpName = "TEXT" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.SingleOrDefault()?.Value is { Length: > RunResumeReader.MaxReasonLength } text)
            {
                result.AddError($"--reason takes at most {RunResumeReader.MaxReasonLength} characters; it has {text.Length}.");
            }
        });
        return option;
    }

    private static Option<BudgetDefinition?> Budget() => new("--budget")
    {
        Description = "What the run may spend in all: US dollars, or tokens=N. The other limit stays as it was.",
        HelpName = "USD",
        CustomParser = result =>
        {
            var text = result.Tokens.SingleOrDefault()?.Value ?? "";
            if (text.StartsWith(TokensPrefix, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(TokensPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var tokens)
                && tokens > 0)
            {
                return new BudgetDefinition(null, tokens);
            }

            if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) && usd > 0)
            {
                return new BudgetDefinition(usd, null);
            }

            result.AddError("--budget takes an amount in US dollars above 0, such as 0.50, or a number of tokens, such as tokens=50000.");
            return null;
        },
    };
}
