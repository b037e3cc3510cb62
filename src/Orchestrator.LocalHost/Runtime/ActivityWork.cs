using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>One execution of an activity that is asked for.</summary>
internal readonly record struct ActivityWork(OrchestrationInstance Owner, int Generation, TaskScheduled Call);
