using System.Text;
using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage;

namespace Orchestrator.EndToEnd.Kills;

/// <summary>
/// A round: a real <c>serve</c> under load is killed (SIGKILL) once or twice at moments that the seed draws, and started again at once, after
/// an hour, a day or a month, with all housekeeping between. Every run that was asked for completes with the right outputs, no attempt that has its
/// record begins again or asks its model again, and every recorded call is paid for once.
/// </summary>
/// <param name="runs">How many runs are asked for; as many more before each further kill, when all had ended before the last one.</param>
/// <param name="storage"><see cref="KillStorage.Files"/> or <see cref="KillStorage.Azure"/>.</param>
internal sealed class KillCampaign(int seed, int runs, string storage)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    /// <summary>How often a server is killed at most until the last kill finds an open run: how fast runs are depends on the machine.</summary>
    private const int MostKills = 6;

    private static readonly TimeSpan Patience = OrchestratorProcess.Patience * 4;

    private readonly Random _random = new(seed);
    private readonly List<KillRun> _runs = [.. Enumerable.Range(0, runs).Select(number => new KillRun(number))];
    private readonly HashSet<KillRun> _accepted = [];
    private readonly List<KillMoment> _moments = [];
    private readonly List<KillPause> _pauses = [];
    private readonly List<KillSnapshot> _kills = [];

    /// <summary>Runs the round, once.</summary>
    /// <exception cref="KillException">Something was lost, wrong or done twice, or every kill came when no accepted run was open.</exception>
    public async Task<KillRound> RunAsync()
    {
        await using var stored = await KillStorage.NewAsync(storage);
        using var model = await ModelServerProcess.StartAsync(stored.Folder);
        for (var kills = _random.Next(1, 3); kills > 0; kills--)
        {
            await KillAsync(stored, model);
        }

        while (_kills[^1].Open == 0 && _kills.Count < MostKills)
        {
            _runs.AddRange(Enumerable.Range(_runs.Count, runs).Select(number => new KillRun(number)));
            await KillAsync(stored, model);
        }

        KillException.Unless(_kills.Any(kill => kill.Open > 0), "No accepted run was open at a kill, so nothing was tried.");
        using var last = await stored.ServeAsync(model.Variables);
        await AskAsync(last, new TaskCompletionSource());
        KillException.Unless(_accepted.Count == _runs.Count, $"{_runs.Count - _accepted.Count} runs were never accepted.");
        foreach (var run in _runs)
        {
            await JudgeAsync(last, run, stored);
        }

        await JudgeListAsync(last);
        await JudgeContentAsync(stored.Content);
        var asked = await model.AskedAsync();
        JudgeRequests(asked);
        return new KillRound(_moments, _pauses, _kills[^1].Records, _kills[^1].Open, asked.Values.Sum(), asked.Values.Sum(times => times - 1));
    }

    /// <summary>Starts a server, asks it, and kills it. The moments after a start and after a record take turns.</summary>
    private async Task KillAsync(KillStorage stored, ModelServerProcess model)
    {
        var before = await stored.CountRecordsAsync();
        var moment = KillMoment.Draw(_random, (seed + _kills.Count) % 2 == 0, _runs.Sum(run => run.Attempts) - before);
        _moments.Add(moment);
        using var server = await stored.ServeAsync(model.Variables);
        var accepted = new TaskCompletionSource();
        var asking = AskAsync(server, accepted);
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            await accepted.Task.WaitAsync(patience.Token);
            while (await stored.CountRecordsAsync() - before < moment.Records)
            {
                await Task.Delay(PollInterval / 4, patience.Token);
            }

            await Task.Delay(moment.Delay);
        }
        catch (OperationCanceledException)
        {
            if (asking.IsFaulted)
            {
                await asking;
            }

            throw new KillException($"The moment '{moment}' did not come. The server said: {server.Process.Error.Text}");
        }

        await server.Process.KillAsync();
        await asking;
        var states = new Dictionary<string, RunState>();
        foreach (var run in _runs)
        {
            states[run.Id] = await RunState.OfAsync(stored.Run(run));
        }

        _kills.Add(new KillSnapshot(states, await model.AskedAsync(), _accepted.Count(run => !states[run.Id].HasEnded)));
        _pauses.Add(KillPause.Draw(_random));
        await _pauses[^1].PassAsync(stored, model.Variables, _accepted);
    }

    /// <summary>Asks for each run that was not accepted yet, as a client does that repeats a request under its key.</summary>
    /// <param name="first">Completed when a run is accepted, or when there is none to ask for.</param>
    private async Task AskAsync(ServeProcess server, TaskCompletionSource first)
    {
        var asked = _runs.Where(run => !_accepted.Contains(run)).ToList();
        if (asked.Count == 0)
        {
            first.SetResult();
        }

        await Parallel.ForEachAsync(asked, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (run, cancellationToken) =>
        {
            using var request =
                new HttpRequestMessage(HttpMethod.Post, "/api/runs") { Content = new StringContent(run.Body(), Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", "key-" + run.Id);
            try
            {
                using var response = await server.Client.SendAsync(request, cancellationToken);
                var answer = await response.Content.ReadAsStringAsync(cancellationToken);
                KillException.Unless(response.IsSuccessStatusCode, $"The start of {run.Id} was answered {response.StatusCode}: {answer}");
                lock (_accepted)
                {
                    _accepted.Add(run);
                }

                first.TrySetResult();
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                // The server was killed; the request comes again at the next start.
            }
        });
    }

    private async Task JudgeAsync(ServeProcess server, KillRun run, KillStorage stored)
    {
        using var patience = new CancellationTokenSource(Patience);
        var document = await server.GetRunAsync(run.Id);
        while (document.GetProperty("status").GetString() is "pending" or "running")
        {
            KillException.Unless(!patience.IsCancellationRequested, $"{run.Id} does not end: {document}");
            await Task.Delay(PollInterval);
            document = await server.GetRunAsync(run.Id);
        }

        var now = await RunState.OfAsync(stored.Run(run));
        run.Judge(document, now);
        foreach (var kill in KillsOf(run))
        {
            kill.Runs[run.Id].Require(now, run.Id);
        }
    }

    /// <summary>The kills after the run was asked for.</summary>
    private List<KillSnapshot> KillsOf(KillRun run) => _kills.FindAll(kill => kill.Runs.ContainsKey(run.Id));

    private async Task JudgeListAsync(ServeProcess server)
    {
        using var list = JsonDocument.Parse(await server.Client.GetStringAsync("/api/runs?status=completed&top=500"));
        var listed = list.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("runId").GetString()!).ToList();
        KillException.Unless(
            listed.Order(StringComparer.Ordinal).SequenceEqual(_runs.Select(run => run.Id).Order(StringComparer.Ordinal)),
            $"The list of completed runs has {listed.Count} entries for {_runs.Count} runs: {string.Join(", ", listed)}");
    }

    private static async Task JudgeContentAsync(IContentStore content)
    {
        await foreach (var key in content.ListAsync(ContentPrefix.All).Where(key => key.Value.EndsWith(".json", StringComparison.Ordinal)))
        {
            try
            {
                using var document = JsonDocument.Parse((await content.GetAsync(key))!.Bytes);
            }
            catch (JsonException exception)
            {
                throw new KillException($"'{key}' cannot be read: {exception.Message}");
            }
        }
    }

    /// <summary>A prompt is asked once, and once more at most for each kill that found it without a record.</summary>
    private void JudgeRequests(IReadOnlyDictionary<string, int> asked)
    {
        foreach (var run in _runs)
        {
            var kills = KillsOf(run);
            foreach (var (prompt, record) in run.Questions)
            {
                var (times, cut) = (asked.GetValueOrDefault(prompt), kills.Count(kill => !kill.Has(run, record)));
                KillException.Unless(
                    times >= 1 && times <= 1 + cut, $"'{prompt}' was asked {times} times, and {cut} kills found it without a record.");
                KillException.Unless(
                    kills.TrueForAll(kill => !kill.Has(run, record) || kill.Asked.GetValueOrDefault(prompt) == times),
                    $"'{prompt}' had its record at a kill and was asked again.");
            }
        }
    }
}
