using DurableTask.Core;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using TaskFailedException = Microsoft.DurableTask.TaskFailedException;

namespace Sdk.Contracts.Tests;

public sealed class TaskFailureDetailsTests
{
    [Fact]
    public void Details_of_an_exception_hold_its_type_text_stack_and_cause()
    {
        TaskFailureDetails details = TaskFailureDetails.FromException(Thrown(new InvalidOperationException("outer", new IOException("inner"))));

        Assert.Equal("System.InvalidOperationException", details.ErrorType);
        Assert.Equal("outer", details.ErrorMessage);
        Assert.Contains(nameof(Thrown), details.StackTrace, StringComparison.Ordinal);
        Assert.Equal("System.IO.IOException: inner", details.InnerFailure!.ToString());
        Assert.Null(details.InnerFailure.StackTrace);
        Assert.Null(details.Properties);
    }

    [Fact]
    public void Details_of_an_engine_exception_are_those_that_it_carries()
    {
        FailureDetails carried = new("My.Error", "broken", "at X", null, false);

        TaskFailureDetails details = TaskFailureDetails.FromException(new OrchestrationException("wrapper") { FailureDetails = carried });

        Assert.Equal(new TaskFailureDetails("My.Error", "broken", "at X", null, null), details);
        Assert.Equal("(unknown): (unknown)", TaskFailureDetails.FromException(new OrchestrationException()).ToString());
    }

    [Fact]
    public void Failure_is_caused_by_its_own_type_and_its_bases_but_not_by_inner_ones()
    {
        TaskFailureDetails details = TaskFailureDetails.FromException(new FileNotFoundException("f", new TimeoutException()));

        Assert.True(details.IsCausedBy<FileNotFoundException>());
        Assert.True(details.IsCausedBy<IOException>());
        Assert.True(details.IsCausedBy<Exception>());
        Assert.False(details.IsCausedBy<DirectoryNotFoundException>());
        Assert.False(details.IsCausedBy<TimeoutException>());
    }

    [Fact]
    public void Failure_of_a_type_in_the_app_is_recognised_by_a_base_from_elsewhere()
    {
        Assert.True(TaskFailureDetails.FromException(new AppException()).IsCausedBy<ArgumentException>());
    }

    [Theory]
    [InlineData("No.Such.Type")]
    [InlineData("(unknown)")]
    [InlineData("")]
    public void Failure_of_an_unknown_type_is_caused_by_nothing(string type)
    {
        Assert.False(new TaskFailureDetails(type, "m", null, null, null).IsCausedBy<Exception>());
    }

    [Fact]
    public void Cause_that_is_no_exception_type_is_refused()
    {
        Assert.Throws<ArgumentException>(() => TaskFailureDetails.FromException(new IOException()).IsCausedBy(typeof(string)));
    }

    [Fact]
    public void Exception_made_from_details_names_task_and_failure()
    {
        TaskFailedException error = new("RunStep", 4, new TaskFailureDetails("My.Error", "broken", null, null, null));

        Assert.Equal("Task 'RunStep' (#4) failed with an unhandled exception: broken", error.Message);
        Assert.Equal(("RunStep", 4, "My.Error"), (error.TaskName, error.TaskId, error.FailureDetails.ErrorType));
        Assert.Null(error.InnerException);
    }

    [Fact]
    public void Exception_made_from_a_cause_holds_its_details()
    {
        IOException cause = new("disk");

        TaskFailedException error = new("RunStep", 4, cause);

        Assert.Equal("Task 'RunStep' (#4) failed with an unhandled exception: disk", error.Message);
        Assert.Same(cause, error.InnerException);
        Assert.Equal("System.IO.IOException: disk", error.FailureDetails.ToString());
    }

    [Fact]
    public void Exception_made_from_an_engine_exception_shows_what_that_carries()
    {
        OrchestrationException cause = new("wrapper") { FailureDetails = new FailureDetails("My.Error", "broken", null, null, false) };

        TaskFailedException error = new("RunStep", 4, cause);

        Assert.Equal("Task 'RunStep' (#4) failed with an unhandled exception: broken", error.Message);
        Assert.Equal("My.Error: broken", error.FailureDetails.ToString());
    }

    private static InvalidOperationException Thrown(InvalidOperationException exception)
    {
        try
        {
            throw exception;
        }
        catch (InvalidOperationException caught)
        {
            return caught;
        }
    }

    private sealed class AppException : ArgumentException;
}
