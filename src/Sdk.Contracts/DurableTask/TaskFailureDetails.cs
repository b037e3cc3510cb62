using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using DurableTask.Core;
using DurableTask.Core.Exceptions;

namespace Microsoft.DurableTask;

/// <summary>A failure as the history keeps it: names and texts, never the exception object.</summary>
public record TaskFailureDetails(
    string ErrorType,
    string ErrorMessage,
    string? StackTrace,
    TaskFailureDetails? InnerFailure,
    IDictionary<string, object?>? Properties)
{
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    public bool IsCausedBy<T>()
        where T : Exception => IsCausedBy(typeof(T));

    /// <summary>Whether the failure's own type, not an inner one's, is the given type or derives from it; false when it is not loaded.</summary>
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
        {
            throw new ArgumentException($"The type {targetBaseExceptionType} is not an exception type.", nameof(targetBaseExceptionType));
        }

        return !string.IsNullOrEmpty(ErrorType)
            && targetBaseExceptionType.IsAssignableFrom(FindErrorType(targetBaseExceptionType.Assembly, Assembly.GetCallingAssembly()));
    }

    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return FromExceptionOrNull(exception);
    }

    [return: NotNullIfNotNull(nameof(details))]
    internal static TaskFailureDetails? FromCore(FailureDetails? details) => details is null
        ? null
        : new TaskFailureDetails(details.ErrorType, details.ErrorMessage, details.StackTrace, FromCore(details.InnerFailure), details.Properties);

    [return: NotNullIfNotNull(nameof(exception))]
    private static TaskFailureDetails? FromExceptionOrNull(Exception? exception) => exception switch
    {
        null => null,
        OrchestrationException { FailureDetails: var details } => new TaskFailureDetails(
            details?.ErrorType ?? "(unknown)",
            details?.ErrorMessage ?? "(unknown)",
            details?.StackTrace,
            FromCore(details?.InnerFailure) ?? FromExceptionOrNull(exception.InnerException),
            details?.Properties),
        _ => new TaskFailureDetails(
            exception.GetType().ToString(),
            exception.Message,
            exception.StackTrace,
            FromExceptionOrNull(exception.InnerException),
            null),
    };

    private Type? FindErrorType(Assembly targetAssembly, Assembly callingAssembly)
    {
        Type? known = Type.GetType(ErrorType, throwOnError: false)
            ?? targetAssembly.GetType(ErrorType, throwOnError: false)
            ?? callingAssembly.GetType(ErrorType, throwOnError: false);
        if (known is not null)
        {
            return known;
        }

        Type[] loaded =
        [
            .. AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(ErrorType, throwOnError: false)).OfType<Type>(),
        ];
        return loaded.Length > 1
            ? throw new AmbiguousMatchException($"Multiple exception types with the name '{ErrorType}' were found.")
            : loaded.FirstOrDefault();
    }
}
