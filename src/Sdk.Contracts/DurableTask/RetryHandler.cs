namespace Microsoft.DurableTask;

/// <summary>Answers whether a failed task is tried again.</summary>
public delegate bool RetryHandler(RetryContext retryContext);
