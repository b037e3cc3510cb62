using Microsoft.AspNetCore.Http;

namespace Orchestrator.LocalHost.Http;

/// <summary>Errors as RFC 9457 problem details with a stable <c>code</c>.</summary>
internal static class Problem
{
    public static IResult BadRequest(string detail) => Of(StatusCodes.Status400BadRequest, "badRequest", detail);

    public static IResult Unauthorized(string detail) => Of(StatusCodes.Status401Unauthorized, "unauthorized", detail);

    public static IResult Forbidden(string detail) => Of(StatusCodes.Status403Forbidden, "forbidden", detail);

    public static IResult NotFound(string detail) => Of(StatusCodes.Status404NotFound, "notFound", detail);

    public static IResult MethodNotAllowed(string detail) => Of(StatusCodes.Status405MethodNotAllowed, "methodNotAllowed", detail);

    public static IResult Conflict(string detail) => Of(StatusCodes.Status409Conflict, "conflict", detail);

    public static IResult Gone(string detail) => Of(StatusCodes.Status410Gone, "gone", detail);

    public static IResult Internal(string detail) => Of(StatusCodes.Status500InternalServerError, "internal", detail);

    public static IResult NotSupported(string detail) => Of(StatusCodes.Status501NotImplemented, "notSupported", detail);

    public static IResult Of(BadHttpRequestException exception) => Of(
        exception.StatusCode, exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? "payloadTooLarge" : "badRequest", exception.Message);

    public static IResult Of(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: [KeyValuePair.Create<string, object?>("code", code)]);
}
