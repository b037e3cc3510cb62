namespace Orchestrator.Activities.Feed;

/// <summary>How many steps there are, and how many of them have ended in whichever way.</summary>
public sealed record RunProgress(int Total, int Done);
