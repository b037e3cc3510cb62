namespace Orchestrator.Activities.Catalog;

/// <summary>Why a store of workflows or prompts did not do what it was asked.</summary>
public enum StoreRefusal
{
    /// <summary>A name, or what is to be stored, is not written as it must be.</summary>
    Invalid,

    /// <summary>Nothing of that name is stored.</summary>
    NotFound,

    /// <summary>Several apps have the name, and none was named.</summary>
    Ambiguous,

    /// <summary>What is stored is not what the caller expected it to be.</summary>
    Changed,
}
