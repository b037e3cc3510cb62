using System.Collections.Concurrent;

namespace Orchestrator.CrashSweep.Running;

/// <summary>The calls that models and tools received in all lives of one run. Thread-safe.</summary>
internal sealed class SweepCalls
{
    private readonly ConcurrentQueue<(int Life, string Step, int Attempt)> _calls = new();

    private readonly ConcurrentQueue<(string Step, string Question)> _answered = new();
    private readonly ConcurrentQueue<(string Step, string Question)> _askedAgain = new();

    public int Life { get; set; }

    /// <summary>Prompts that were answered before the run was resumed, and were sent again after that.</summary>
    public IEnumerable<(string Step, string Question)> PaidTwice() => _askedAgain.Intersect(_answered);

    public void Ask(string step, string question, bool isResumed)
    {
        if (isResumed)
        {
            _askedAgain.Enqueue((step, question));
        }
    }

    public void Answer(string step, string question, bool isResumed)
    {
        if (!isResumed)
        {
            _answered.Enqueue((step, question));
        }
    }

    public void Add(string step, int attempt) => _calls.Enqueue((Life, step, attempt));

    /// <summary>Attempts that one process called a model or tool for more than once.</summary>
    public IEnumerable<string> Repeats() =>
        _calls.GroupBy(call => call).Where(same => same.Count() > 1).Select(same => $"{same.Key.Step} attempt {same.Key.Attempt}");

    /// <summary>Attempts that this process called a model or tool for.</summary>
    public IEnumerable<(string Step, int Attempt)> Of(int life) => _calls.Where(call => call.Life == life).Select(call => (call.Step, call.Attempt));

    /// <summary>All attempts that a model or tool was called for.</summary>
    public IReadOnlySet<(string Step, int Attempt)> All() => _calls.Select(call => (call.Step, call.Attempt)).ToHashSet();
}
