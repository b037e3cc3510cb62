using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Records;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator runs delete</c>: deletes runs with their records, outputs, events and histories.</summary>
internal static class RunsDeleteCommand
{
    public static Command Create()
    {
        var runIds = new Argument<string[]>("runId")
        {
            Description = "The run; several are deleted together, or none of them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var force = new Option<bool>("--force")
        {
            Description = "Also runs that have not ended: what works on them is terminated first, "
                + "and whatever is left of them, damaged or not, is deleted.",
        };
        var (state, storage) = (CommonOptions.State(), CommonOptions.KeptStorage());
        const string Description = "Delete runs that have ended: their records, outputs, events and histories.";
        var command = new Command("delete", Description) { runIds, force, state, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var where = parsed.Where(state, storage);
            var ids = parsed.GetRequiredValue(runIds).Distinct(StringComparer.Ordinal).ToList();
            var problems = new List<string>();
            foreach (var id in ids)
            {
                if (await FindProblemAsync(where, id, parsed.GetValue(force), cancellationToken) is { } problem)
                {
                    problems.Add(problem);
                }
            }

            if (problems.Count > 0)
            {
                throw new UsageException(ids.Count == 1 ? problems : [.. problems, "Nothing was deleted."]);
            }

            await DeleteAsync(where, ids, parsed.GetValue(force), cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"Deleted {Wording.Noun(ids.Count, "run")} {string.Join(", ", ids)}.");
            return ExitCodes.Completed;
        });
        return command;
    }

    /// <summary>Why the run cannot be deleted; null when it can.</summary>
    private static async Task<string?> FindProblemAsync(StateStorage where, string id, bool force, CancellationToken cancellationToken)
    {
        try
        {
            var record = await where.RequireRunAsync(id, cancellationToken);
            return record.HasEnded || force
                ? null
                : RunStateException.StillOpen(where.Drivers.Shown(record), where.FindDriver(new RunInput(id, record.Attempt))).Message;
        }
        catch (UnreadableRecordException)
        {
            return null;
        }
        catch (RunNotFoundException missing)
        {
            return await where.IsHalfDeletedAsync(id, force, cancellationToken) ? null : missing.Message;
        }
    }

    private static async Task DeleteAsync(StateStorage where, List<string> ids, bool force, CancellationToken cancellationToken)
    {
        using var served = await ServingProcess.FindAsync(where, cancellationToken);
        if (served is not null)
        {
            foreach (var id in ids)
            {
                await served.SendAsync(HttpMethod.Delete, $"runs/{id}{(force ? "?force=true" : "")}", cancellationToken);
            }

            return;
        }

        await using var app = await LocalApp.StartAsync(new LocalAppSettings(where) { Runs = ids }, cancellationToken);
        var deleter = app.Services.GetRequiredService<RunDeleter>();
        foreach (var id in ids)
        {
            await (force
                ? deleter.DeleteWithForceAsync(app.Client, id, cancellationToken)
                : deleter.DeleteAsync(app.Client, id, cancellationToken));
        }
    }
}
