namespace Microsoft.DurableTask;

/// <summary>Answers whether a failed task is tried again; may itself await durable tasks, such as a timer.</summary>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);
