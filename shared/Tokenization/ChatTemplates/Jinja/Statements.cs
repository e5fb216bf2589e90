namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>A part of a parsed template that writes output or changes variables.</summary>
internal abstract record Statement(int Line);

internal sealed record TextStatement(string Text, int Line) : Statement(Line);

internal sealed record PrintStatement(Expression Value, int Line) : Statement(Line);

internal sealed record IfStatement(IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else, int Line)
    : Statement(Line);

internal sealed record ForStatement(
    AssignmentTarget Target,
    Expression Sequence,
    Expression? Filter,
    IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Else,
    bool IsRecursive,
    int Line) : Statement(Line);

internal sealed record SetStatement(AssignmentTarget Target, Expression Value, int Line) : Statement(Line);

/// <summary><c>{% set x %}…{% endset %}</c>; <see cref="Value"/> holds the filters around a <see cref="CapturedExpression"/>.</summary>
internal sealed record SetBlockStatement(AssignmentTarget Target, Expression Value, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

internal sealed record FilterBlockStatement(Expression Value, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

internal sealed record MacroStatement(string Name, MacroSignature Signature, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

internal sealed record CallBlockStatement(CallExpression Call, MacroSignature Signature, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

internal sealed record WithStatement(IReadOnlyList<(AssignmentTarget Target, Expression Value)> Assignments, IReadOnlyList<Statement> Body, int Line)
    : Statement(Line);

/// <summary><c>{% generation %}</c>: transformers marks the assistant's tokens with it; its body is rendered as it stands.</summary>
internal sealed record GenerationStatement(IReadOnlyList<Statement> Body, int Line) : Statement(Line);

internal sealed record LoopControlStatement(bool IsBreak, int Line) : Statement(Line);

/// <summary>Parameters of a macro in order; those without a default come first.</summary>
internal sealed record MacroSignature(IReadOnlyList<(string Name, Expression? Default)> Parameters)
{
    /// <summary>The body names <c>varargs</c>: further arguments are taken instead of refused. The same for the two others.</summary>
    public bool TakesMore { get; init; }

    public bool TakesNamed { get; init; }

    public bool TakesCaller { get; init; }
}

internal abstract record AssignmentTarget;

internal sealed record NameTarget(string Name) : AssignmentTarget;

internal sealed record AttributeTarget(string Name, string Attribute) : AssignmentTarget;

internal sealed record TupleTarget(IReadOnlyList<AssignmentTarget> Items) : AssignmentTarget;
