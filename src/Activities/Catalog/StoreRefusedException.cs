using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Catalog;

/// <summary>The store of workflows or prompts refused a request that the caller can correct. Nothing was changed.</summary>
/// <param name="kind">The kind of record: <c>workflow</c> or <c>prompt</c>.</param>
public sealed class StoreRefusedException(StoreRefusal reason, string kind, string message) : Exception(message)
{
    /// <summary>Why the request was refused.</summary>
    public StoreRefusal Reason { get; } = reason;

    /// <summary>The kind of record: <c>workflow</c> or <c>prompt</c>.</summary>
    public string Kind { get; } = kind;

    /// <summary>All records with the name; empty unless <see cref="Reason"/> is <see cref="StoreRefusal.Ambiguous"/>.</summary>
    public IReadOnlyList<NamedCandidate> Candidates { get; init; } = [];

    /// <summary>All findings in the text to be stored; empty when the text is not the problem.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];
}

/// <summary>Why the store of workflows or prompts refused a request.</summary>
public enum StoreRefusal
{
    /// <summary>A name or the text to be stored is not valid.</summary>
    Invalid,

    /// <summary>No record has the name.</summary>
    NotFound,

    /// <summary>Records of several apps have the name, and no app was given.</summary>
    Ambiguous,

    /// <summary>The <see cref="WriteCondition"/> does not hold.</summary>
    Changed,
}

/// <summary>One of several records with the same name.</summary>
/// <param name="App">Null for no app.</param>
public sealed record NamedCandidate(string? App, string Slug);
