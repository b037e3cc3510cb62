using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>Orchestrators that continue as new.</summary>
internal static partial class Behaviours
{
    private static void RegisterRounds(IRegistry registry)
    {
        registry.Orchestrator<int, int>("StatusOfTheFirstRound", (context, round) =>
        {
            if (round == 0)
            {
                context.SetCustomStatus("first");
            }

            if (round < 3)
            {
                context.ContinueAsNew(round + 1);
            }

            return Task.FromResult(round);
        });
        registry.Orchestrator<string, string>("FailsThoughItContinues", Task<string> (context, text) =>
        {
            context.ContinueAsNew(text);
            throw new InvalidOperationException(text);
        });
        registry.Orchestrator<string, string>("NextVersion", (context, next) =>
        {
            if (context.Version != next)
            {
                context.ContinueAsNew(new ContinueAsNewOptions { NewInput = next, NewVersion = next });
            }

            return Task.FromResult(context.Version);
        });
        registry.Orchestrator<RoundOfSums, int>("SumOfEachRound", async (context, round) =>
        {
            var next = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => context.CallActivityAsync<int>("Increment", round.Number)));
            await context.CreateTimer(Soon, CancellationToken.None);
            if (next[2] < round.Rounds)
            {
                context.ContinueAsNew(round with { Number = next[2] });
            }

            return next.Sum();
        });
        registry.Orchestrator<int, int>("ParentOfRounds", (context, round) => context.CallSubOrchestratorAsync<int>("Rounds", round));
    }

    private static void RegisterEventsOfRounds(IRegistry registry)
    {
        registry.Orchestrator<RoundOfEvents, string>("EventsOfTheNextRound", async (context, round) =>
        {
            if (round.Number == 0)
            {
                await context.WaitForExternalEvent<string>("Continue");
                context.ContinueAsNew(round with { Number = 1 }, round.Preserves);
                return "";
            }

            var all = new List<string>();
            while (!all.Contains("c"))
            {
                all.Add(await context.WaitForExternalEvent<string>("Go"));
            }

            return string.Join(',', all);
        });
        registry.Orchestrator<RoundOfEvents, string>("EventAfterTheCall", async (context, round) =>
        {
            if (round.Number == 0)
            {
                var waits = context.WaitForExternalEvent<string>("Late");
                await context.WaitForExternalEvent<string>("Continue");
                context.ContinueAsNew(round with { Number = 1 }, round.Preserves);
                await context.CallActivityAsync<string>("Wait", "");
                return waits.IsCompleted ? "this: " + await waits : "never seen";
            }

            var early = round.Preserves ? await context.WaitForExternalEvent<string>("Early") + ", " : "";
            return "next: " + early + await context.WaitForExternalEvent<string>("Late");
        });
        registry.Orchestrator<int[], int[]>("EventARound", async (context, before) =>
        {
            int[] seen = [.. before, await context.WaitForExternalEvent<int>("Go")];
            if (seen.Length < 10)
            {
                context.ContinueAsNew(seen);
            }

            return seen;
        });
    }

    internal sealed record RoundOfSums(int Rounds, int Number = 0);

    internal sealed record RoundOfEvents(bool Preserves, int Number = 0);
}
