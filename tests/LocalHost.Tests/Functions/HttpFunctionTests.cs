using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Tests.Http;

namespace Orchestrator.LocalHost.Tests.Functions;

public sealed class HttpFunctionTests
{
    [Theory]
    [InlineData(
        "api/values/7/00000000-0000-0000-0000-000000000001?flag=true&big=5000000000&word=a%20b&half=0.5",
        "7 00000000-0000-0000-0000-000000000001 True 5000000000 a b 0.5 9")]
    [InlineData("api/values/7/00000000-0000-0000-0000-000000000001?flag=false&NINE=10", "7 00000000-0000-0000-0000-000000000001 False    10")]
    [InlineData("api/values/7?flag=True", "7  True    9")]
    public async Task Route_and_query_values_fill_parameters_by_name(string path, string expected)
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Values));
        Assert.Equal(expected, await web.Client.GetStringAsync(path));
    }

    [Theory]
    [InlineData("api/values/7", "The request needs the parameter 'flag' (true or false).")]
    [InlineData("api/values/7?flag=maybe", "The parameter 'flag' is 'maybe'; it must be true or false.")]
    [InlineData("api/values/7?flag=true&big=x", "The parameter 'big' is 'x'; it must be a whole number from ")]
    [InlineData("api/values/7/x?flag=true", "The parameter 'id' is 'x'; it must be a GUID.")]
    public async Task Missing_or_wrong_value_is_answered_with_400(string path, string expected)
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Values));
        var response = await web.Client.GetAsync(path);
        Assert.StartsWith(expected, await response.IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"), StringComparison.Ordinal);
        Assert.Empty(web.Log.Errors);
    }

    [Theory]
    [InlineData("GET", "api/Named", "Named")]
    [InlineData("DELETE", "api/named", "Named")]
    [InlineData("GET", "api/files/a/b%20c/d.txt", "a/b c/d.txt")]
    [InlineData("GET", "api/files", "")]
    [InlineData("GET", "api/items/5", "number 5")]
    [InlineData("GET", "api/items", "number ")]
    [InlineData("GET", "api/items/five", "word five")]
    [InlineData("POST", "api/items/five", "posted five")]
    public async Task Routes_are_matched_as_functions_spells_them(string method, string path, string expected)
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Routes));
        var response = await web.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("", "/items/1")]
    [InlineData("my/api", "/my/api/items/1")]
    public async Task Route_prefix_comes_before_every_route(string prefix, string path)
    {
        await using var web = await TestWeb.OfFunctionsAsync(Orchestrator.LocalHost.Http.AccessPolicy.Loopback, prefix, typeof(Routes));
        Assert.Equal("number 1", await web.Client.GetStringAsync(path));
    }

    [Fact]
    public async Task Other_method_is_answered_with_405()
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Routes));
        var response = await web.Client.DeleteAsync("api/items/1");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Function_context_leads_to_the_request_and_a_scope_of_its_own()
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Contexts));
        Assert.Equal("ok 1.2", await web.Client.GetStringAsync("api/context/9?q=x"));
    }

    [Fact]
    public async Task Exception_is_answered_with_500_without_its_text_and_logged_with_its_place()
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Broken));
        var response = await web.Client.PostAsync("api/broken", null);
        var detail = await response.IsProblemAsync(HttpStatusCode.InternalServerError, "internal");
        Assert.StartsWith("The function 'Broken' failed. The log has the reason under the invocation ", detail, StringComparison.Ordinal);
        var body = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        var error = Assert.Single(web.Log.Errors);
        Assert.StartsWith("Function.Broken: The function 'Broken' (", error, StringComparison.Ordinal);
        Assert.Contains("POST /api/broken", error, StringComparison.Ordinal);
        Assert.Contains("a secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exception_after_the_answer_has_begun_cuts_the_connection()
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Broken));
        await Assert.ThrowsAnyAsync<Exception>(() => web.Client.GetStringAsync("api/halfway"));
        Assert.Single(web.Log.Errors);
    }

    [Fact]
    public async Task Aborted_request_fires_the_functions_token()
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Waiting));
        using var cancel = new CancellationTokenSource();
        var request = web.Client.GetAsync("api/wait", cancel.Token);
        await Waiting.Entered.Task.WaitAsync(HostExtensions.Patience);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Waiting.Cancelled.Task.WaitAsync(HostExtensions.Patience);
        Assert.Empty(web.Log.Errors);
    }

    [Fact]
    public async Task Client_parameter_gets_the_hosts_client()
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(WithClient));
        Assert.Equal("none", await web.Client.GetStringAsync("api/client"));
    }

    public static class Values
    {
        [Function("Values")]
        public static string Run(
            [HttpTrigger("get", Route = "values/{number:int}/{id?}")] HttpRequest request,
            int number,
            Guid? id,
            bool flag,
            long? big,
            string? word,
            double? half,
            int nine = 9) => FormattableString.Invariant($"{number} {id} {flag} {big} {word} {half} {nine}{request.ContentType}");
    }

    public static class Routes
    {
        [Function("Named")]
        public static string Named([HttpTrigger] HttpRequest request, FunctionContext context) =>
            context.FunctionDefinition.Name + request.ContentType;

        [Function("Files")]
        public static string? Files([HttpTrigger("get", Route = "files/{*path}")] HttpRequest request, string? path) => path + request.ContentType;

        [Function("Number")]
        public static string Number([HttpTrigger("get", Route = "items/{id:int?}")] HttpRequest request, int? id) =>
            $"number {id}{request.ContentType}";

        [Function("Word")]
        public static string Word([HttpTrigger("get", Route = "items/{id}")] HttpRequest request, string id) => $"word {id}{request.ContentType}";

        [Function("Post")]
        public static string Post([HttpTrigger("post", Route = "items/{id}")] HttpRequest request, string id) => $"posted {id}{request.ContentType}";
    }

    public sealed class Contexts(Version version)
    {
        [Function("Context")]
        public string Run([HttpTrigger("get", Route = "context/{id}")] HttpRequest request, FunctionContext context)
        {
            Assert.Same(request.HttpContext, context.GetHttpContext());
            Assert.Same(context.InstanceServices, request.HttpContext.RequestServices);
            Assert.Equal("9", context.BindingContext.BindingData["id"]);
            Assert.Equal("x", context.BindingContext.BindingData["Q"]);
            return $"ok {version}";
        }
    }

    public static class Broken
    {
        [Function("Broken")]
        public static IResult Run([HttpTrigger("post", Route = "broken")] HttpRequest request) =>
            throw new InvalidOperationException("a secret" + request.ContentType);

        [Function("Halfway")]
        public static async Task Halfway([HttpTrigger("get", Route = "halfway")] HttpRequest request)
        {
            await request.HttpContext.Response.WriteAsync("half");
            await request.HttpContext.Response.Body.FlushAsync();
            throw new InvalidOperationException("halfway");
        }
    }

    public static class Waiting
    {
        public static TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [Function("Wait")]
        public static async Task Run([HttpTrigger("get", Route = "wait")] HttpRequest request, CancellationToken cancellation)
        {
            await using var registration = cancellation.Register(Cancelled.SetResult);
            Entered.SetResult();
            await Cancelled.Task;
            request.HttpContext.RequestAborted.ThrowIfCancellationRequested();
        }
    }

    public static class WithClient
    {
        [Function("Client")]
        public static string Run([HttpTrigger("get", Route = "client")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
            client.Name + request.ContentType;
    }
}
