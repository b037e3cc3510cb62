using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Moq;

namespace Sdk.Contracts.Tests;

public sealed class FunctionsWorkerTests
{
    [Fact]
    public void Http_trigger_asks_for_a_function_key_only_when_nothing_is_said()
    {
        Assert.Equal(AuthorizationLevel.Function, new HttpTriggerAttribute().AuthLevel);
        Assert.Equal(AuthorizationLevel.Anonymous, new HttpTriggerAttribute("get").AuthLevel);
        Assert.Equal(AuthorizationLevel.Admin, new HttpTriggerAttribute(AuthorizationLevel.Admin, "get", "post").AuthLevel);
    }

    [Fact]
    public void Http_trigger_without_methods_has_none_listed()
    {
        Assert.Null(new HttpTriggerAttribute(AuthorizationLevel.Anonymous).Methods);
        Assert.Equal(["get", "post"], new HttpTriggerAttribute("get", "post").Methods!);
    }

    [Theory]
    [InlineData(typeof(string), true)]
    [InlineData(typeof(int?), true)]
    [InlineData(typeof(int), false)]
    public void Parameter_knows_whether_null_fits(Type type, bool expected)
    {
        FunctionParameter parameter = new("p", type);

        Assert.Equal(expected, parameter.IsReferenceOrNullableType);
        Assert.False(parameter.HasDefaultValue);
        Assert.Empty(parameter.Properties);
    }

    [Fact]
    public void Http_context_is_found_among_the_items_of_an_http_triggered_function_only()
    {
        DefaultHttpContext http = new();
        Dictionary<object, object> items = new() { ["HttpRequestContext"] = http };

        Assert.Same(http, Mock.Of<FunctionContext>(context => context.Items == items).GetHttpContext());
        Assert.Null(Mock.Of<FunctionContext>(context => context.Items == new Dictionary<object, object>()).GetHttpContext());
    }

    [Fact]
    public void Loggers_of_a_function_come_from_its_services()
    {
        using ServiceProvider services = new ServiceCollection().AddLogging().BuildServiceProvider();
        FunctionContext context = Mock.Of<FunctionContext>(context => context.InstanceServices == services);

        Assert.Same(services.GetRequiredService<ILogger<FunctionsWorkerTests>>(), context.GetLogger<FunctionsWorkerTests>());
        Assert.NotNull(context.GetLogger("steps"));
    }
}
