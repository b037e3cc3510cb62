using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace Orchestrator.LocalHost.Tests.Http;

public sealed class HttpResultTests
{
    [Theory]
    [InlineData("api/results/action", HttpStatusCode.Accepted, """{"value":1}""")]
    [InlineData("api/results/result", HttpStatusCode.Created, """{"value":2}""")]
    [InlineData("api/results/object", HttpStatusCode.OK, """{"value":3}""")]
    [InlineData("api/results/text", HttpStatusCode.OK, "four")]
    [InlineData("api/results/direct", HttpStatusCode.Conflict, "five")]
    [InlineData("api/results/nothing", HttpStatusCode.OK, "")]
    [InlineData("api/results/badAction", HttpStatusCode.BadRequest, "GET")]
    public async Task Result_of_each_kind_is_written(string path, HttpStatusCode status, string body)
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Answers));
        var response = await web.Client.GetAsync(path);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Json_body_and_result_use_web_casing()
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Answers));
        var response = await web.Client.PostAsJsonAsync("api/echo", new { value = 12 });
        Assert.Equal("""{"value":12}""", await response.Content.ReadAsStringAsync());
    }

    public sealed record Answer(int Value);

    public static class Answers
    {
        [Function("Action")]
        public static Task<IActionResult> Action([HttpTrigger("get", Route = "results/action")] HttpRequest request) =>
            Task.FromResult<IActionResult>(new ObjectResult(new Answer(1)) { StatusCode = 202, DeclaredType = request.GetType().DeclaringType });

        [Function("BadAction")]
        public static IActionResult BadAction([HttpTrigger("get", Route = "results/badAction")] HttpRequest request) =>
            new BadRequestObjectResult(request.Method);

        [Function("Result")]
        public static IResult Result([HttpTrigger("get", Route = "results/result")] HttpRequest request) =>
            Results.Json(new Answer(2), statusCode: 201, contentType: request.ContentType);

        [Function("Object")]
        public static Answer Object([HttpTrigger("get", Route = "results/object")] HttpRequest request) => new(request.Method.Length);

        [Function("Text")]
        public static async Task<string> Text([HttpTrigger("get", Route = "results/text")] HttpRequest request)
        {
            await request.Body.FlushAsync();
            return "four";
        }

        [Function("Direct")]
        public static async Task Direct([HttpTrigger("get", Route = "results/direct")] HttpRequest request)
        {
            request.HttpContext.Response.StatusCode = 409;
            await request.HttpContext.Response.WriteAsync("five");
        }

        [Function("Nothing")]
        public static string? Nothing([HttpTrigger("get", Route = "results/nothing")] HttpRequest request) => request.ContentType;

        [Function("Echo")]
        public static async Task<IActionResult> Echo([HttpTrigger("post", Route = "echo")] HttpRequest request) =>
            new OkObjectResult(await request.ReadFromJsonAsync<Answer>());
    }
}
